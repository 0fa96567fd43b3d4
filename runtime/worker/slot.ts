// The thread side of a slot: takes one deployment, builds its subtasks, runs them, commits or gives them up. A slot thread
// serves one deployment and is replaced afterwards, so nothing of a job outlives it.
//   I1. Every deployment ends with exactly one `released`, after everything it opened was closed.

import { flushCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import { serialize } from 'node:v8';
import type { ConnectorCatalog } from '../connectors/catalog.ts';
import { EngineError, toErrorRecord } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import { invariant } from '../core/invariant.ts';
import type { Log, LogFields } from '../core/log.ts';
import { loadJob } from '../program/load-job.ts';
import { planJob, type PlannedJob } from '../program/plan-job.ts';
import type { SubtaskReportStatus, ToSource } from '../protocol/control.ts';
import { Doorbell } from '../shuffle/doorbell.ts';
import { MemoryBudget } from '../state/memory-budget.ts';
import { buildSubtask, type SlotServices } from './build-subtask.ts';
import { type LoadedMakers, loadMakers } from './makers.ts';
import { SlotChannels } from './slot-channels.ts';
import { SlotLoop } from './slot-loop.ts';
import type { FromSlot, SlotData, SlotDeployment, ToSlot } from './slot-message.ts';
import type { Subtask, SubtaskAddress } from './subtask.ts';

const COLLECT_ROWS_PER_MESSAGE = 1000;

type Phase =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'deploying' }
  | { readonly kind: 'deployed'; readonly subtasks: readonly Subtask[] }
  | { readonly kind: 'running'; readonly subtasks: readonly Subtask[]; readonly loop: SlotLoop }
  | { readonly kind: 'prepared'; readonly subtasks: readonly Subtask[] }
  | { readonly kind: 'committing' }
  | { readonly kind: 'released' };

/** What a slot thread is made of. */
export interface SlotOptions {
  readonly port: MessagePort;
  readonly data: SlotData;
  readonly makers: ConnectorCatalog;
  readonly clock: Clock;
}

/** One slot, for one deployment. */
export class Slot {
  readonly #port: MessagePort;
  readonly #data: SlotData;
  readonly #makers: ConnectorCatalog;
  readonly #clock: Clock;
  readonly #bell: Doorbell;
  readonly #log: Log;
  #phase: Phase = { kind: 'waiting' };
  /** All that were made, from before they are opened: a source may be answered while others are still opening. */
  readonly #subtasks: Subtask[] = [];
  #collected: unknown[] = [];
  #collectedRows = 0;
  #isCanceled = false;
  #isCommitted = false;

  constructor({ port, data, makers, clock }: SlotOptions) {
    this.#port = port;
    this.#data = data;
    this.#makers = makers;
    this.#clock = clock;
    this.#bell = new Doorbell(data.bell);
    this.#log = portLog(port);
  }

  /** Listens for messages; a referenced port keeps the thread alive. */
  start(): void {
    this.#port.on('message', (message: ToSlot) => {
      void this.#receive(message);
    });
    this.#send({ kind: 'ready' });
  }

  async #receive(message: ToSlot): Promise<void> {
    switch (message.kind) {
      case 'deploy':
        await this.#deploy(message);
        return;
      case 'start':
        await this.#run();
        return;
      case 'source':
        this.#tellSource(message.address, message.event);
        return;
      case 'stop':
        this.#stopSources();
        return;
      case 'commit':
        await this.#commit();
        return;
      case 'cancel':
        await this.#cancel();
        return;
    }
  }

  async #deploy(deployment: SlotDeployment): Promise<void> {
    invariant(this.#phase.kind === 'waiting', 'a slot thread takes one deployment');
    this.#phase = { kind: 'deploying' };
    const subtasks = this.#subtasks;
    try {
      const planned = await this.#plan(deployment);
      const services = await this.#provide(deployment, planned);
      for (const address of deployment.subtasks) {
        const subtask = buildSubtask(planned.plan, planned.graph, address, services);
        subtasks.push(subtask);
        this.#report(address, 'initializing');
        await subtask.open();
      }
      this.#phase = { kind: 'deployed', subtasks };
      this.#send({ kind: 'deployed' });
      if (this.#isCanceled) await this.#cancel();
    } catch (error) {
      this.#send({ kind: 'deployment-failed', error: toErrorRecord(error) });
      await this.#release(subtasks, false);
    }
  }

  /** Loads the job and makes its plan, which must be the coordinator's. */
  async #plan({ program, planHash }: SlotDeployment): Promise<PlannedJob> {
    const job = await loadJob(program.module);
    const planned = planJob(job, program.parameters, program);
    if (planned.plan.hash !== planHash) {
      throw new EngineError(
        'PLAN_MISMATCH',
        `This worker builds another plan from ${job.name} (${planned.plan.hash}) than the coordinator (${planHash}): ` +
          'run the same image everywhere, and let build() depend on nothing but its parameters.',
      );
    }
    return planned;
  }

  async #provide(deployment: SlotDeployment, { plan, graph }: PlannedJob): Promise<SlotServices> {
    const { settings } = this.#data;
    const channels = new SlotChannels(plan, graph, deployment, settings.recordBytesMax);
    return {
      clock: this.#clock,
      log: this.#log,
      stateMemory: new MemoryBudget(settings.stateBytes),
      overflowBytesMax: settings.overflowBytesMax,
      // Half of the state memory, shared by the subtasks that the slot may hold: one of each task.
      sortBytesMax: Math.floor(settings.stateBytes / (2 * plan.tasks.length)),
      spillDirectory: settings.workDirectory ?? tmpdir(),
      makers: await loadMakersOf(graph, this.#makers),
      jobId: deployment.jobId,
      wake: () => {
        this.#bell.ring();
      },
      collect: (value) => {
        this.#collect(value);
      },
      fail: (address, error) => {
        this.#fail(address, error);
      },
      tellCoordinator: (address, event) => {
        this.#send({ kind: 'source', address, event });
      },
      openOutput: (edge, address, gate, failure) =>
        channels.openOutput(edge, address, { gate, failure }),
      openInputs: (edges, address) => channels.openInputs(edges, address),
    };
  }

  async #run(): Promise<void> {
    if (this.#phase.kind !== 'deployed') return; // canceled before it began
    const { subtasks } = this.#phase;
    const { bufferTimeoutMs, reportIntervalMs } = this.#data.settings;
    const preparing: Promise<void>[] = [];
    const loop = new SlotLoop(subtasks, {
      clock: this.#clock,
      bell: this.#bell,
      bufferTimeoutMs,
      reportIntervalMs,
      onEnded: (subtask) => preparing.push(this.#prepare(subtask)),
      onFailed: (subtask, error) => {
        this.#fail(subtask.address, error);
      },
      onReport: () => {
        this.#reportMetrics(subtasks);
      },
    });
    this.#phase = { kind: 'running', subtasks, loop };
    for (const { address } of subtasks) this.#report(address, 'running');
    await loop.run();
    await Promise.all(preparing);
    this.#reportMetrics(subtasks);
    this.#phase = { kind: 'prepared', subtasks };
    if (this.#isCanceled) await this.#cancel();
    else if (this.#isCommitted) await this.#commit();
  }

  #tellSource({ task, subtask: index }: SubtaskAddress, event: ToSource): void {
    const subtask = this.#subtasks.find(
      ({ address }) => address.task === task && address.subtask === index,
    );
    if (subtask === undefined || this.#phase.kind === 'released') return;
    try {
      subtask.onSourceEvent(event);
      this.#bell.ring();
    } catch (error) {
      this.#fail(subtask.address, error);
    }
  }

  /** The sources end here; what they have emitted runs to its end. */
  #stopSources(): void {
    if (this.#phase.kind !== 'running') return;
    for (const subtask of this.#phase.subtasks) subtask.stop();
    this.#bell.ring();
  }

  async #prepare(subtask: Subtask): Promise<void> {
    try {
      await subtask.chain.prepare();
      this.#sendCollected();
      this.#reportMetrics([subtask]);
      this.#report(subtask.address, 'prepared');
    } catch (error) {
      this.#fail(subtask.address, error);
    }
  }

  /** May come before the loop has noticed that its last subtask prepared: then it is taken up there. */
  async #commit(): Promise<void> {
    this.#isCommitted = true;
    if (this.#phase.kind !== 'prepared') return;
    const { subtasks } = this.#phase;
    this.#phase = { kind: 'committing' };
    for (const subtask of subtasks) {
      try {
        await subtask.chain.commit();
        this.#report(subtask.address, 'committed');
      } catch (error) {
        this.#fail(subtask.address, error);
      }
    }
    await this.#release(subtasks, true);
  }

  /** Stops where it is: a running loop first comes to its end and then calls again; a commit is not undone. */
  async #cancel(): Promise<void> {
    this.#isCanceled = true;
    switch (this.#phase.kind) {
      case 'running':
        this.#phase.loop.stop();
        return;
      case 'deployed':
      case 'prepared':
        await this.#release(this.#phase.subtasks, false);
        return;
      case 'waiting':
        await this.#release([], false);
        return;
      case 'deploying':
      case 'committing':
      case 'released':
        return;
    }
  }

  async #release(subtasks: readonly Subtask[], committed: boolean): Promise<void> {
    this.#phase = { kind: 'released' };
    for (const subtask of subtasks) {
      try {
        await subtask.close(committed);
      } catch (error) {
        this.#log.warn('closing a subtask failed', { error: toErrorRecord(error).message });
      }
    }
    // The thread is ended rather than left to end, so it must save what it has compiled for the next one to start sooner.
    flushCompileCache();
    this.#send({ kind: 'released' });
  }

  #fail(address: SubtaskAddress, error: unknown): void {
    if (this.#phase.kind === 'running') this.#phase.loop.stop();
    this.#report(address, 'failed', error);
  }

  #collect(value: unknown): void {
    this.#collectedRows++;
    if (this.#collectedRows > this.#data.settings.collectRowsMax) {
      throw new EngineError(
        'MEMORY_EXCEEDED',
        `A collect sink got more than ${this.#data.settings.collectRowsMax} records: write to a file sink, or raise ` +
          'MILLRACE_COLLECT_ROWS_MAX.',
      );
    }
    checkCollectable(value);
    if (this.#collected.push(value) >= COLLECT_ROWS_PER_MESSAGE) this.#sendCollected();
  }

  #sendCollected(): void {
    if (this.#collected.length === 0) return;
    this.#send({ kind: 'collected', rows: serialize(this.#collected).toString('base64') });
    this.#collected = [];
  }

  #reportMetrics(subtasks: readonly Subtask[]): void {
    this.#sendCollected();
    this.#send({
      kind: 'metrics',
      subtasks: subtasks.map((subtask) => ({ address: subtask.address, counts: subtask.counts() })),
    });
  }

  #report(address: SubtaskAddress, status: SubtaskReportStatus, error?: unknown): void {
    const record = error === undefined ? undefined : toErrorRecord(error);
    this.#send({ kind: 'subtask', address, status, error: record });
  }

  #send(message: FromSlot): void {
    this.#port.postMessage(message);
  }
}

function loadMakersOf(graph: PlannedJob['graph'], makers: ConnectorCatalog): Promise<LoadedMakers> {
  const sources: string[] = [];
  const sinks: string[] = [];
  for (const { spec } of graph.nodes) {
    if (spec.kind === 'source') {
      sources.push(spec.source.kind, ...(spec.source.parts ?? []).map((part) => part.kind));
    }
    if (spec.kind === 'sink') sinks.push(spec.sink.kind);
  }
  return loadMakers(makers, sources, sinks);
}

/** Rows are sent many at a time; looked at one by one, the one that cannot be sent is known. Throws `RECORD_MISMATCH`. */
function checkCollectable(value: unknown): void {
  try {
    serialize(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'RECORD_MISMATCH',
      `A record cannot be handed back by a collect sink: ${reason} Map it to plain values first.`,
      { cause },
    );
  }
}

/** The worker's main thread writes the log. */
function portLog(port: MessagePort): Log {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      port.postMessage({ kind: 'log', level, message, fields } satisfies FromSlot);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
