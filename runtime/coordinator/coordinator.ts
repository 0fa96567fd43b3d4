// The coordinator: takes workers in, finds slots for jobs, and passes reports to the execution they belong to.
//   I1. Every message about a deployment goes to the one execution of that number, or nowhere.
//   I2. The numbers of two coordinators do not meet: workers may still send what belongs to a deployment of the last one.

import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { EngineError } from '../core/errors.ts';
import { type JobId, makeJobId, type WorkerId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import { loadJob } from '../program/load-job.ts';
import { planJob } from '../program/plan-job.ts';
import type { ClusterSnapshot, WorkerSnapshot } from '../protocol/cluster-snapshot.ts';
import {
  type CoordinatorMessage,
  type DataAddress,
  type DeploymentId,
  type JobProgram,
  PROTOCOL_VERSION,
  readWorkerMessage,
  type RegisterMessage,
  type WorkerMessage,
} from '../protocol/control.ts';
import { encodeMessage, MessageReader } from '../protocol/message-frame.ts';
import type { EnumeratorCatalog } from './enumerator-run.ts';
import { JobExecution } from './job-execution.ts';
import { type Member, Membership } from './membership.ts';
import { decidePlacement } from './placement.ts';

const ENDED_JOBS_MAX = 50;
/** Numbers are 32 bits wide in a data frame; the upper half is left to count on. */
const FIRST_DEPLOYMENT_MAX = 2 ** 31;
/** A worker that hears nothing gives up before it is given up: the next attempt must not meet it at work. */
const SILENCE_SHARE = 0.75;

export interface CoordinatorOptions {
  readonly version: string;
  /** Of the code this process runs; workers with another are refused. Unknown when undefined. */
  readonly codeHash?: string | undefined;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly slotRequestTimeoutMs: number;
  readonly collectRowsMax: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Makers of the enumerators of sources. */
  readonly enumerators: EnumeratorCatalog;
}

/** Which run of a job is asked for, and how long it waits before it takes slots. */
export interface AttemptStart {
  readonly attempt: number;
  readonly pauseMs: number;
}

const FIRST_ATTEMPT: AttemptStart = { attempt: 1, pauseMs: 0 };

/** One cluster's coordinator. */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #membership: Membership;
  readonly #jobs = new Map<JobId, JobExecution>();
  readonly #startedMs: number;
  readonly #changed = new Set<() => void>();
  /** Jobs in the pause before they run again: they take no slots yet. */
  readonly #pausing = new Set<JobExecution>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #nextDeployment: DeploymentId;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    this.#nextDeployment = 1 + Math.floor(options.random.next() * FIRST_DEPLOYMENT_MAX); // I2
    this.#membership = new Membership({
      clock: options.clock,
      heartbeatTimeoutMs: options.heartbeatTimeoutMs,
      onLost: (workerId, error) => {
        this.#onWorkerLost(workerId, error);
      },
    });
  }

  /** Takes workers in; resolves with the port. Throws `PORT_IN_USE`. */
  listen(host: string, port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => {
      this.#accept(socket);
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const reason = cause.code ?? cause.message;
        const message = `The RPC port ${port} cannot be opened (${reason}): set MILLRACE_RPC_PORT to a free one, or 0.`;
        reject(new EngineError('PORT_IN_USE', message, { cause }));
      });
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Resolves once so many slots have registered; rejects with `SLOTS_INSUFFICIENT` after the slot request timeout. */
  async waitForSlots(slots: number): Promise<void> {
    const { clock, slotRequestTimeoutMs } = this.#options;
    const deadlineMs = clock.monotonicMs() + slotRequestTimeoutMs;
    while (this.#totalSlots() < slots) {
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0) throw this.#shortage(slots, this.#totalSlots());
      await this.#nextChange(leftMs);
    }
  }

  /** Plans a job and runs it as soon as there are slots. Throws what loading and planning throw. */
  async submit(
    program: JobProgram,
    { attempt, pauseMs }: AttemptStart = FIRST_ATTEMPT,
  ): Promise<JobId> {
    const { clock, random, log, collectRowsMax, enumerators } = this.#options;
    const job = await loadJob(program.module);
    const planned = planJob(job, program.parameters, program);
    const execution = new JobExecution({
      jobId: makeJobId(random),
      attempt,
      deployment: this.#nextDeployment++,
      program,
      planned,
      clock,
      log,
      collectRowsMax,
      enumerators,
      send: (workerId, message) => {
        this.#membership.send(workerId, message);
      },
      onEnded: () => {
        this.#notify();
      },
    });
    this.#jobs.set(execution.id, execution);
    this.#forgetOldJobs();
    if (pauseMs > 0) this.#pause(execution, pauseMs);
    else this.#offer(execution);
    return execution.id;
  }

  /** Resolves with the execution once the job has reached its last status. */
  async waitForEnd(jobId: JobId): Promise<JobExecution> {
    const execution = this.#jobs.get(jobId);
    if (execution === undefined)
      throw new EngineError('JOB_NOT_FOUND', `There is no job ${jobId}.`);
    while (!execution.hasEnded) await this.#nextChange(undefined);
    return execution;
  }

  /** Has the job finish with what it has read; false when it is not running. */
  stopJob(jobId: JobId): boolean {
    return this.#jobs.get(jobId)?.stop() ?? false;
  }

  /** False when there is no such job, or it has ended. */
  cancelJob(jobId: string): boolean {
    return this.#jobs.get(jobId as JobId)?.cancel() ?? false;
  }

  snapshot(): ClusterSnapshot {
    return {
      version: this.#options.version,
      nowMs: this.#options.clock.nowMs(),
      startedMs: this.#startedMs,
      workers: this.#membership.list().map((member) => this.#workerSnapshot(member)),
      jobs: [...this.#jobs.values()].map((job) => job.snapshot()).reverse(),
    };
  }

  stop(): void {
    this.#server?.close();
    this.#membership.stop();
    for (const socket of this.#sockets) socket.destroy(); // also of those that never registered
  }

  #accept(socket: Socket): void {
    const reader = new MessageReader();
    let workerId: WorkerId | undefined;
    this.#sockets.add(socket);
    socket.on('data', (chunk) => {
      try {
        for (const json of reader.push(chunk)) {
          const message = readWorkerMessage(json);
          if (message.kind === 'register') workerId = this.#register(message, socket);
          else if (workerId !== undefined) this.#receive(workerId, message);
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.log.warn('a connection is closed for what it sent', { reason });
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (workerId !== undefined) this.#membership.disconnect(workerId, socket);
    });
  }

  #register(message: RegisterMessage, socket: Socket): WorkerId | undefined {
    const { heartbeatIntervalMs, heartbeatTimeoutMs, codeHash, log } = this.#options;
    const reason = findDifference(message, codeHash);
    if (reason !== undefined) {
      log.warn('a worker is refused', { workerId: message.workerId, reason });
      socket.end(encodeMessage({ kind: 'refused', reason } satisfies CoordinatorMessage));
      return undefined;
    }
    this.#membership.add(message, socket);
    const silenceMaxMs = Math.floor(heartbeatTimeoutMs * SILENCE_SHARE);
    this.#membership.send(message.workerId, { kind: 'welcome', heartbeatIntervalMs, silenceMaxMs });
    log.info('a worker registered', { workerId: message.workerId, slots: message.slots });
    this.#placeWaitingJobs();
    this.#notify();
    return message.workerId;
  }

  #receive(workerId: WorkerId, message: Exclude<WorkerMessage, RegisterMessage>): void {
    if (message.kind === 'heartbeat') {
      this.#membership.beat(workerId, message.residentBytes);
      this.#membership.send(workerId, { kind: 'heartbeat' });
      return;
    }
    if (message.kind === 'draining') {
      this.#membership.drain(workerId);
      this.#options.log.info('a worker drains: it gets no new subtasks', { workerId });
      return;
    }
    const job = this.#jobOf(message.deployment);
    if (job === undefined) return;
    switch (message.kind) {
      case 'metrics':
        job.onMetrics(message);
        return;
      case 'deployed':
        job.onDeployed(workerId);
        return;
      case 'subtask':
        job.onSubtask(workerId, message);
        return;
      case 'source':
        job.onSource(message);
        return;
      case 'deployment-failed':
        job.fail(message.error, { workerId });
        return;
      case 'collected':
        job.onCollected(message.rows);
        return;
      case 'released':
        job.onReleased(workerId);
        this.#placeWaitingJobs();
        return;
    }
  }

  #onWorkerLost(workerId: WorkerId, error: EngineError): void {
    this.#options.log.warn('a worker is lost', { workerId, reason: error.message });
    for (const job of this.#jobs.values()) job.onWorkerLost(workerId, error);
    this.#notify();
  }

  /** A new attempt is there to be seen, and to be canceled, while it does not take slots yet. */
  #pause(execution: JobExecution, pauseMs: number): void {
    const { clock } = this.#options;
    const endsAt = new Date(clock.nowMs() + pauseMs).toISOString();
    execution.waitFor(`the pause before attempt ${execution.attempt}, until ${endsAt}`);
    this.#pausing.add(execution);
    clock.after(pauseMs, () => {
      this.#pausing.delete(execution);
      this.#offer(execution);
    });
  }

  #offer(execution: JobExecution): void {
    this.#placeWaitingJobs();
    if (!execution.isWaitingForSlots) return;
    const { id, attempt, waitingFor } = execution.snapshot();
    this.#options.log.info('the job waits', { jobId: id, attempt, waitingFor });
    this.#failWithoutSlots(execution);
  }

  #placeWaitingJobs(): void {
    for (const job of this.#jobs.values()) {
      if (!job.isWaitingForSlots || this.#pausing.has(job)) continue;
      const free = this.#membership.list().map(({ id }) => ({
        workerId: id,
        slots: this.#freeSlotsOf(id),
      }));
      const decision = decidePlacement(job.planned.plan, free);
      if (decision.kind === 'placed') {
        job.deploy(decision.placement, (workerId) => this.#addressOf(workerId));
      } else {
        job.waitFor(`slots: it needs ${decision.needed}, ${decision.free} free`);
      }
    }
  }

  #failWithoutSlots(execution: JobExecution): void {
    const { clock, slotRequestTimeoutMs } = this.#options;
    clock.after(slotRequestTimeoutMs, () => {
      if (!execution.isWaitingForSlots) return;
      execution.fail(this.#shortage(execution.planned.plan.slotsNeeded, this.#totalFreeSlots()));
    });
  }

  #shortage(needed: number, free: number): EngineError {
    const { slotRequestTimeoutMs } = this.#options;
    return new EngineError(
      'SLOTS_INSUFFICIENT',
      `The job needs ${needed} ${needed === 1 ? 'slot' : 'slots'}, ${free} free after ${slotRequestTimeoutMs} ms: add workers or slots, lower the ` +
        'parallelism, or raise MILLRACE_SLOT_REQUEST_TIMEOUT.',
    );
  }

  #freeSlotsOf(workerId: WorkerId): readonly number[] {
    const member = this.#membership.find(workerId);
    if (member === undefined || member.isDraining) return [];
    const used = new Set<number>();
    for (const job of this.#jobs.values()) for (const slot of job.slotsOn(workerId)) used.add(slot);
    return Array.from({ length: member.facts.slots }, (_, slot) => slot).filter(
      (slot) => !used.has(slot),
    );
  }

  #totalSlots(): number {
    return this.#membership.list().reduce((total, { facts }) => total + facts.slots, 0);
  }

  #totalFreeSlots(): number {
    return this.#membership
      .list()
      .reduce((total, { id }) => total + this.#freeSlotsOf(id).length, 0);
  }

  #addressOf(workerId: WorkerId): DataAddress {
    const facts = this.#membership.find(workerId)?.facts;
    return { workerId, host: facts?.dataHost ?? '', port: facts?.dataPort ?? 0 };
  }

  #workerSnapshot(member: Member): WorkerSnapshot {
    const { id, facts, lastHeartbeatMs, residentBytes, isDraining } = member;
    return {
      id,
      address: `${facts.dataHost}:${facts.dataPort}`,
      dataPort: facts.dataPort,
      pid: facts.pid,
      slots: facts.slots,
      freeSlots: this.#freeSlotsOf(id).length,
      isDraining,
      lastHeartbeatMs,
      memory: facts.memory,
      cpuCores: facts.cpuCores,
      residentBytes,
    };
  }

  #jobOf(deployment: DeploymentId): JobExecution | undefined {
    for (const job of this.#jobs.values()) if (job.deployment === deployment) return job;
    return undefined;
  }

  #forgetOldJobs(): void {
    const ended = [...this.#jobs.values()].filter((job) => job.hasEnded);
    for (const job of ended.slice(0, Math.max(0, ended.length - ENDED_JOBS_MAX))) {
      this.#jobs.delete(job.id);
    }
  }

  #notify(): void {
    for (const wake of this.#changed) wake();
  }

  /** Resolves at the next change of membership or of a job's end, or after the time. */
  #nextChange(timeoutMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      let cancel = (): void => undefined;
      const wake = (): void => {
        this.#changed.delete(wake);
        cancel();
        resolve();
      };
      this.#changed.add(wake);
      if (timeoutMs !== undefined) cancel = this.#options.clock.after(timeoutMs, wake);
    });
  }
}

/** Why this worker cannot run the coordinator's jobs; both sides must have been started from the same code. */
function findDifference(
  { protocolVersion, codeHash: ofWorker }: RegisterMessage,
  codeHash: string | undefined,
): string | undefined {
  if (protocolVersion !== PROTOCOL_VERSION) {
    return `the coordinator speaks protocol ${PROTOCOL_VERSION}, the worker ${protocolVersion}: run the same image`;
  }
  if (codeHash === undefined || ofWorker === undefined || codeHash === ofWorker) return undefined;
  return `the coordinator runs the code ${codeHash}, the worker ${ofWorker}: run the same image`;
}
