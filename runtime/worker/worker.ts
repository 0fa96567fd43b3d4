// The main thread of a worker process: slots, the data exchange and the connection to the coordinator. It carries out what
// the coordinator decides and reports what becomes of it; it never touches a record.
//   I1. A deployment's resources on this worker are given back exactly once: when its last slot has released it.
//   I2. Without a coordinator nothing runs: losing the connection cancels every deployment.

import type { Clock } from '../core/clock.ts';
import type { ErrorRecord } from '../core/errors.ts';
import { toErrorRecord } from '../core/errors.ts';
import type { WorkerId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { WorkerMemory } from '../protocol/cluster-snapshot.ts';
import {
  type CoordinatorMessage,
  type DeployMessage,
  type DeploymentId,
  PROTOCOL_VERSION,
} from '../protocol/control.ts';
import { allocateDoorbell } from '../shuffle/doorbell.ts';
import { ControlConnection } from './control-connection.ts';
import { countRings, shareOut, type WorkerShare } from './deployment.ts';
import { Exchange } from './exchange.ts';
import { NetworkMemory } from './network-memory.ts';
import type { FromSlot, SlotSettings } from './slot-message.ts';
import { SlotThread } from './slot-thread.ts';
import type { SubtaskAddress } from './subtask.ts';

const CANCEL_TIMEOUT_MS = 10_000;

/** What a worker is made of; times and sizes from the settings. */
export interface WorkerOptions {
  readonly workerId: WorkerId;
  /** Of the code this process runs, when it may differ from the coordinator's. */
  readonly codeHash?: string | undefined;
  readonly slots: number;
  readonly memory: WorkerMemory;
  readonly bufferBytes: number;
  readonly cpuCores: number;
  readonly coordinator: { readonly host: string; readonly port: number };
  readonly bindHost: string;
  readonly dataHost: string;
  readonly dataPort: number;
  readonly slotEntry: URL;
  /** Start slot threads before the first job: it will begin sooner. */
  readonly expectsJob: boolean;
  readonly nodeOptions: readonly string[];
  readonly slotSettings: Omit<SlotSettings, 'stateBytes'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  onRegistered?(): void;
}

interface LocalDeployment {
  readonly message: DeployMessage;
  readonly networkBytes: number;
  /** Slots that have not released it yet, with the subtasks that are still to report an end. */
  readonly slots: Map<number, readonly SubtaskAddress[]>;
  deployedSlots: number;
  readonly slotCount: number;
  cancelTimer: () => void;
}

/** One worker process. */
export class WorkerNode {
  readonly #options: WorkerOptions;
  readonly #mainBell = allocateDoorbell();
  readonly #exchange: Exchange;
  readonly #network: NetworkMemory;
  readonly #control: ControlConnection;
  readonly #slots: readonly SlotThread[];
  readonly #deployments = new Map<DeploymentId, LocalDeployment>();
  #dataPort = 0;
  #onAllReleased: (() => void)[] = [];

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { clock, random, log, workerId } = options;
    this.#network = new NetworkMemory(options.memory.networkBytes, options.bufferBytes);
    this.#exchange = new Exchange({
      workerId,
      bell: this.#mainBell,
      log,
      onBroken: (deployment, error) => {
        this.#control.send({ kind: 'deployment-failed', deployment, error: toErrorRecord(error) });
      },
    });
    this.#control = new ControlConnection({
      ...options.coordinator,
      clock,
      random,
      log,
      register: () => this.#register(),
      residentBytes: () => process.memoryUsage.rss(),
      onMessage: (message) => {
        this.#receive(message);
      },
      onRegistered: () => {
        log.info('registered with the coordinator', { workerId, slots: options.slots });
        options.onRegistered?.();
      },
      onLost: async (reason) => {
        log.warn('the coordinator is lost: everything deployed is canceled', { reason });
        for (const deployment of this.#deployments.keys()) this.#cancel(deployment);
        await this.#untilReleased();
      },
    });
    this.#slots = Array.from({ length: options.slots }, (_, slot) => this.#makeSlot(slot));
  }

  /** True while the coordinator knows this worker. */
  get isRegistered(): boolean {
    return this.#control.isRegistered;
  }

  /** Opens the data port, then registers. Throws `PORT_IN_USE`. */
  async start(): Promise<void> {
    const { bindHost, dataPort } = this.#options;
    this.#dataPort = await this.#exchange.listen(bindHost, dataPort);
    this.#control.start();
  }

  /** Resolves when no deployment is left on this worker, at the latest after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    const { clock, log } = this.#options;
    this.#control.send({ kind: 'draining' });
    if (this.#deployments.size === 0) return;
    log.info('told to stop: waiting for the jobs that run here', { jobs: this.#jobs(), timeoutMs });
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(timeoutMs, resolve);
    });
    await Promise.race([this.#untilReleased(), late]);
    cancel();
    if (this.#deployments.size === 0) return;
    log.warn('leaving jobs that have not ended in time', { jobs: this.#jobs(), timeoutMs });
  }

  /** What is deployed here, for people. */
  #jobs(): string {
    return [...this.#deployments.values()]
      .map(({ message: { jobId, plan } }) => `${plan.jobName} ${jobId}`)
      .join(', ');
  }

  /** Ends everything; what was not committed is given up. */
  async stop(): Promise<void> {
    this.#control.stop();
    this.#exchange.stop();
    await Promise.all(this.#slots.map((slot) => slot.end()));
  }

  #makeSlot(slot: number): SlotThread {
    const { memory, slots, slotEntry, expectsJob, nodeOptions, slotSettings } = this.#options;
    return new SlotThread({
      slot,
      entry: slotEntry,
      startsAtOnce: expectsJob,
      heapBytes: memory.heapBytesPerSlot,
      nodeOptions,
      settings: { ...slotSettings, stateBytes: Math.floor(memory.stateBytes / slots) },
      onMessage: (message) => {
        this.#receiveFromSlot(slot, message);
      },
      onCrashed: (error) => {
        this.#onSlotCrashed(slot, error);
      },
    });
  }

  #register() {
    const { workerId, codeHash, slots, cpuCores, memory, dataHost } = this.#options;
    return {
      kind: 'register',
      protocolVersion: PROTOCOL_VERSION,
      workerId,
      codeHash,
      pid: process.pid,
      slots,
      cpuCores,
      memory,
      dataHost,
      dataPort: this.#dataPort,
    } as const;
  }

  #receive(message: CoordinatorMessage): void {
    switch (message.kind) {
      case 'welcome':
      case 'refused':
      case 'heartbeat':
        return; // the connection's own
      case 'deploy':
        void this.#deploy(message);
        return;
      case 'start':
        this.#exchange.start(message.deployment);
        this.#sendToSlots(message.deployment, { kind: 'start' });
        return;
      case 'source':
        this.#sendToSource(message);
        return;
      case 'stop':
        this.#sendToSlots(message.deployment, { kind: 'stop' });
        return;
      case 'commit':
        this.#sendToSlots(message.deployment, { kind: 'commit' });
        return;
      case 'cancel':
        this.#cancel(message.deployment);
        return;
    }
  }

  async #deploy(message: DeployMessage): Promise<void> {
    const { workerId } = this.#options;
    const { deployment } = message;
    try {
      for (const { workerId: id, slot } of message.placement.flat()) {
        if (id === workerId) this.#slotAt(slot).prepare();
      }
      const { share, bytes } = this.#shareOut(message);
      this.#deployments.set(deployment, {
        message,
        networkBytes: bytes,
        slots: new Map(share.slots.map(({ slot, subtasks }) => [slot, subtasks])),
        deployedSlots: 0,
        slotCount: share.slots.length,
        cancelTimer: () => undefined,
      });
      for (const { slot, subtasks, inputs, outputs } of share.slots) {
        const { jobId, program, plan } = message;
        this.#slotAt(slot).send({
          kind: 'deploy',
          deployment,
          jobId,
          program,
          planHash: plan.hash,
          subtasks,
          inputs,
          outputs,
        });
      }
      await this.#exchange.open(deployment, share, message.peers);
      this.#countDeployed(deployment);
    } catch (error) {
      this.#control.send({ kind: 'deployment-failed', deployment, error: toErrorRecord(error) });
    }
  }

  /** This worker's part of a deployment, in network memory that is reserved for it. */
  #shareOut(message: DeployMessage): { readonly share: WorkerShare; readonly bytes: number } {
    const { workerId, bufferBytes } = this.#options;
    const { buffersPerRing, bytes } = this.#network.reserve(countRings(message, workerId));
    try {
      const share = shareOut(message, workerId, {
        buffersPerRing,
        bufferBytes,
        mainBell: this.#mainBell,
        bellOf: (slot) => this.#slotAt(slot).bell,
      });
      return { share, bytes };
    } catch (error) {
      this.#network.release(bytes); // I1
      throw error;
    }
  }

  /** Called once for each slot and once for the exchange. */
  #countDeployed(deployment: DeploymentId): void {
    const local = this.#deployments.get(deployment);
    if (local === undefined) return;
    local.deployedSlots++;
    if (local.deployedSlots > local.slotCount) this.#control.send({ kind: 'deployed', deployment });
  }

  #cancel(deployment: DeploymentId): void {
    const local = this.#deployments.get(deployment);
    if (local === undefined) {
      this.#control.send({ kind: 'released', deployment });
      return;
    }
    this.#sendToSlots(deployment, { kind: 'cancel' });
    local.cancelTimer = this.#options.clock.after(CANCEL_TIMEOUT_MS, () => {
      for (const slot of local.slots.keys()) {
        this.#options.log.warn('a slot does not react to being canceled: its thread is ended', {
          slot,
        });
        void this.#release(deployment, slot);
      }
    });
  }

  #sendToSlots(
    deployment: DeploymentId,
    message: { readonly kind: 'start' | 'stop' | 'commit' | 'cancel' },
  ): void {
    for (const slot of this.#deployments.get(deployment)?.slots.keys() ?? []) {
      this.#slotAt(slot).send(message);
    }
  }

  #sendToSource(message: Extract<CoordinatorMessage, { kind: 'source' }>): void {
    const { deployment, task, subtask, event } = message;
    for (const [slot, addresses] of this.#deployments.get(deployment)?.slots ?? []) {
      const address = addresses.find((own) => own.task === task && own.subtask === subtask);
      if (address !== undefined) this.#slotAt(slot).send({ kind: 'source', address, event });
    }
  }

  #receiveFromSlot(slot: number, message: FromSlot): void {
    if (message.kind === 'ready') return;
    if (message.kind === 'log') {
      this.#options.log[message.level](message.message, { ...message.fields, slot });
      return;
    }
    const deployment = this.#deploymentOf(slot);
    if (deployment === undefined) return;
    switch (message.kind) {
      case 'deployed':
        this.#countDeployed(deployment);
        return;
      case 'deployment-failed':
        this.#control.send({ kind: 'deployment-failed', deployment, error: message.error });
        return;
      case 'subtask': {
        const { address, status, error } = message;
        this.#control.send({ kind: 'subtask', deployment, ...address, status, error });
        return;
      }
      case 'source': {
        const { address, event } = message;
        this.#control.send({ kind: 'source', deployment, ...address, event });
        return;
      }
      case 'metrics': {
        const subtasks = message.subtasks.map(({ address, counts }) => ({ ...address, counts }));
        this.#control.send({ kind: 'metrics', deployment, subtasks });
        return;
      }
      case 'collected':
        this.#control.send({ kind: 'collected', deployment, rows: message.rows });
        return;
      case 'released':
        void this.#release(deployment, slot);
        return;
    }
  }

  #onSlotCrashed(slot: number, error: ErrorRecord): void {
    const deployment = this.#deploymentOf(slot);
    if (deployment === undefined) {
      this.#options.log.error('an idle slot thread crashed', { slot, error: error.message });
      return;
    }
    for (const address of this.#deployments.get(deployment)?.slots.get(slot) ?? []) {
      this.#control.send({ kind: 'subtask', deployment, ...address, status: 'failed', error });
    }
    this.#forget(deployment, slot);
  }

  async #release(deployment: DeploymentId, slot: number): Promise<void> {
    await this.#slotAt(slot).end();
    this.#forget(deployment, slot);
  }

  #forget(deployment: DeploymentId, slot: number): void {
    const local = this.#deployments.get(deployment);
    if (local?.slots.delete(slot) !== true || local.slots.size > 0) return;
    local.cancelTimer();
    this.#deployments.delete(deployment);
    this.#exchange.close(deployment);
    this.#network.release(local.networkBytes);
    this.#control.send({ kind: 'released', deployment });
    if (this.#deployments.size > 0) return;
    for (const tell of this.#onAllReleased.splice(0)) tell();
  }

  /** Resolves once nothing is deployed here. */
  async #untilReleased(): Promise<void> {
    if (this.#deployments.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onAllReleased.push(resolve);
    });
  }

  #deploymentOf(slot: number): DeploymentId | undefined {
    for (const [deployment, { slots }] of this.#deployments) if (slots.has(slot)) return deployment;
    return undefined;
  }

  #slotAt(slot: number): SlotThread {
    const found = this.#slots[slot];
    if (found === undefined) throw new RangeError(`This worker has no slot ${slot}.`);
    return found;
  }
}
