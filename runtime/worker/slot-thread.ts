// The main thread's handle on a slot thread: starts it when a deployment comes (or before, if one is expected), talks to it,
// and ends it with the deployment.
//   I1. A thread serves one deployment; an idle worker has no threads, unless it was told to expect a job.

import { Worker, type WorkerOptions } from 'node:worker_threads';
import { EngineError, type ErrorRecord, toErrorRecord } from '../core/errors.ts';
import { formatSize } from '../core/quantity.ts';
import { allocateDoorbell } from '../shuffle/doorbell.ts';
import type { FromSlot, SlotData, SlotSettings, ToSlot } from './slot-message.ts';

const MIB = 1024 ** 2;
/** V8's own default; a larger one made pauses longer where most young state survives. */
const YOUNG_GENERATION_MIB = 16;

export interface SlotThreadOptions {
  readonly slot: number;
  /** The module that a slot thread runs. */
  readonly entry: URL;
  readonly heapBytes: number;
  readonly nodeOptions: readonly string[];
  readonly settings: SlotSettings;
  /** Start the first thread at once: a job is about to come. */
  readonly startsAtOnce: boolean;
  onMessage(message: FromSlot): void;
  /** The thread ended by itself, with this. */
  onCrashed(error: ErrorRecord): void;
}

/** One slot of the worker. */
export class SlotThread {
  readonly slot: number;
  /** Rings the thread; new for each thread, known once it is prepared. */
  bell: SharedArrayBuffer = allocateDoorbell();
  readonly #options: SlotThreadOptions;
  #thread: Worker | undefined;

  constructor(options: SlotThreadOptions) {
    this.slot = options.slot;
    this.#options = options;
    if (options.startsAtOnce) this.prepare();
  }

  /** Sees to it that a fresh thread is there, or on its way, and its bell known. */
  prepare(): void {
    if (this.#thread === undefined) this.#start();
  }

  send(message: ToSlot): void {
    this.#thread?.postMessage(message);
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    const old = this.#thread;
    this.#thread = undefined;
    await old?.terminate();
  }

  #start(): void {
    const { entry, heapBytes, nodeOptions, settings } = this.#options;
    this.bell = allocateDoorbell();
    const data: SlotData = { slot: this.slot, bell: this.bell, settings };
    const thread = startThread(entry, nodeOptions, {
      name: `slot-${this.slot}`,
      workerData: data,
      resourceLimits: {
        maxOldGenerationSizeMb: Math.floor(heapBytes / MIB),
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB,
      },
    });
    this.#thread = thread;
    thread.on('message', (message: FromSlot) => {
      if (this.#thread === thread) this.#options.onMessage(message);
    });
    thread.on('error', (error) => {
      this.#onError(thread, error);
    });
  }

  #onError(thread: Worker, error: unknown): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#options.onCrashed(toErrorRecord(this.#explain(error)));
  }

  #explain(error: unknown): unknown {
    const isOutOfMemory =
      error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    if (!isOutOfMemory) return error;
    return new EngineError(
      'MEMORY_EXCEEDED',
      `Slot ${this.slot} ran out of its ${formatSize(this.#options.heapBytes)} of heap: raise ` +
        'TASK_MANAGER_HEAP_MEMORY_MB, use fewer slots a worker, or keep less on the heap.',
      { cause: error },
    );
  }
}

/** Throws `CONFIG_INVALID` for flags that a thread does not take. */
function startThread(entry: URL, nodeOptions: readonly string[], options: WorkerOptions): Worker {
  try {
    return new Worker(entry, { ...options, execArgv: [...process.execArgv, ...nodeOptions] });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'CONFIG_INVALID',
      `The slots' threads cannot be started with TASK_MANAGER_OPTS="${nodeOptions.join(' ')}": ${reason}. Leave out what ` +
        'only a whole process takes, or set it in NODE_OPTIONS.',
      { cause },
    );
  }
}
