// The main thread's handle on a slot thread: starts it, talks to it, and replaces it after each deployment or crash.
//   I1. There is always a fresh thread, or one on its way, for the next deployment.

import { Worker } from 'node:worker_threads';
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
  onMessage(message: FromSlot): void;
  /** The thread ended by itself, with this. */
  onCrashed(error: ErrorRecord): void;
}

/** One slot of the worker. */
export class SlotThread {
  readonly slot: number;
  /** Rings the thread; new for each thread. */
  bell: SharedArrayBuffer = allocateDoorbell();
  readonly #options: SlotThreadOptions;
  #thread: Worker | undefined;
  #isStopped = false;

  constructor(options: SlotThreadOptions) {
    this.slot = options.slot;
    this.#options = options;
    this.#start();
  }

  send(message: ToSlot): void {
    this.#thread?.postMessage(message);
  }

  /** Ends the thread, whatever it does, and starts a fresh one. */
  async replace(): Promise<void> {
    const old = this.#thread;
    this.#thread = undefined;
    await old?.terminate();
    if (!this.#isStopped) this.#start();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const old = this.#thread;
    this.#thread = undefined;
    await old?.terminate();
  }

  #start(): void {
    const { entry, heapBytes, nodeOptions, settings } = this.#options;
    this.bell = allocateDoorbell();
    const data: SlotData = { slot: this.slot, bell: this.bell, settings };
    const thread = new Worker(entry, {
      name: `slot-${this.slot}`,
      workerData: data,
      execArgv: [...process.execArgv, ...nodeOptions],
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
    if (!this.#isStopped) this.#start();
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
