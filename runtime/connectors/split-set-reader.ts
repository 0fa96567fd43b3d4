// Reads splits with a reader for each: what most sources by splits are made of. It asks for splits, opens their readers,
// polls them, and tells their outputs apart; what is in a split is the business of the split's own reader.
//   I1. `in-turn`: splits are read one after the other in the order they came, the next ones being opened meanwhile.
//   I2. `together`: all splits are read at once with equal quotas, so that equal ones keep in step.
//   I3. While a request is open no other is made, and none after there are no more splits.

import type {
  EmitRecord,
  SourceReader,
  SourceSplit,
  SourceStatus,
  SplitReader,
  SplitReaderContext,
} from './connector.ts';

/** Splits whose readers are open ahead of the one that is read in turn: they hide the time of opening. */
const OPEN_AHEAD = 1;

/** How a source reads its splits. */
export interface SplitSetOptions<Split extends SourceSplit> {
  readonly order: 'in-turn' | 'together';
  /** The reader of one split; it is opened with the split's `position`. */
  readonly read: (split: Split) => SourceReader<unknown>;
  readonly context: SplitReaderContext;
}

interface OpenSplit<Split> {
  readonly split: Split;
  readonly reader: SourceReader<unknown>;
  /** Until its reader is open. */
  isOpening: boolean;
  isPaused: boolean;
  /** Undefined before its first poll. */
  emit: EmitRecord<unknown> | undefined;
}

/** A reader of splits. */
export class SplitSetReader<Split extends SourceSplit> implements SplitReader {
  readonly #options: SplitSetOptions<Split>;
  readonly #context: SplitReaderContext;
  #waiting: Split[] = [];
  #open: OpenSplit<Split>[] = [];
  /** Where the next round of `together` begins, when the limit is too small for all splits. */
  #turn = 0;
  #hasAsked = false;
  #hasAll = false;
  #isClosed = false;
  readonly #opening = new Set<Promise<void>>();

  constructor(options: SplitSetOptions<Split>) {
    this.#options = options;
    this.#context = options.context;
  }

  start(): Promise<void> {
    this.#proceed();
    return Promise.resolve();
  }

  addSplits(splits: readonly SourceSplit[]): void {
    this.#hasAsked = false;
    this.#waiting.push(...(splits as readonly Split[]));
    this.#proceed();
  }

  noMoreSplits(): void {
    this.#hasAll = true;
  }

  get nextPollAtMs(): number | undefined {
    let atMs = Infinity;
    for (const { reader, isOpening, isPaused } of this.#readable()) {
      if (!isOpening && !isPaused) atMs = Math.min(atMs, reader.nextPollAtMs ?? Infinity);
    }
    return atMs === Infinity ? undefined : atMs;
  }

  poll(limit: number): SourceStatus {
    const readable = this.#readable();
    if (readable.length === 0) return this.#hasAll ? 'ended' : 'idle';
    const status = this.#pollSplits(readable, limit);
    return this.#hasAll && this.#open.length === 0 ? 'ended' : status;
  }

  snapshot(): readonly SourceSplit[] {
    const begun = this.#open.map(({ split, reader, isOpening }) =>
      isOpening ? split : { ...split, position: reader.position() },
    );
    return [...begun, ...this.#waiting];
  }

  pauseOrResumeSplits(paused: readonly string[], resumed: readonly string[]): void {
    for (const open of this.#open) {
      if (resumed.includes(open.split.id)) open.isPaused = false;
      if (paused.includes(open.split.id)) open.isPaused = true;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#opening);
    await Promise.all(this.#open.map(({ reader }) => reader.close()));
  }

  /** The splits to poll now (I1, I2). */
  #readable(): readonly OpenSplit<Split>[] {
    return this.#options.order === 'together' ? this.#open : this.#open.slice(0, 1);
  }

  #pollSplits(readable: readonly OpenSplit<Split>[], limit: number): SourceStatus {
    const [first, second] = readable;
    if (first !== undefined && second === undefined) return this.#pollSplit(first, limit);
    const count = Math.min(readable.length, limit);
    const quota = Math.floor(limit / count);
    let status: SourceStatus = 'idle';
    for (let index = 0; index < count; index++) {
      const split = readable[(this.#turn + index) % readable.length] as OpenSplit<Split>;
      if (this.#pollSplit(split, quota) === 'more') status = 'more';
    }
    this.#turn = (this.#turn + count) % readable.length;
    return status;
  }

  /** Never `ended`: other splits may follow, and the limit is spent. */
  #pollSplit(open: OpenSplit<Split>, limit: number): SourceStatus {
    if (open.isOpening || open.isPaused) return 'idle';
    open.emit ??= this.#context.beginSplit(open.split.id);
    const status = open.reader.poll(open.emit, limit);
    if (status !== 'ended') return status;
    this.#end(open);
    return 'more';
  }

  #end(ended: OpenSplit<Split>): void {
    this.#open = this.#open.filter((open) => open !== ended);
    this.#turn = 0;
    this.#context.endSplit(ended.split.id);
    this.#track(ended.reader.close());
    this.#proceed();
  }

  /** Opens what may be open, and asks for more before there is nothing left to read. */
  #proceed(): void {
    const openMax = this.#options.order === 'together' ? Infinity : 1 + OPEN_AHEAD;
    while (this.#open.length < openMax) {
      const split = this.#waiting.shift();
      if (split === undefined) break;
      this.#begin(split);
    }
    if (this.#waiting.length > 0 || this.#hasAll || this.#hasAsked) return; // I3
    this.#hasAsked = true;
    this.#context.requestSplits();
  }

  #begin(split: Split): void {
    const reader = this.#options.read(split);
    const open = { split, reader, isOpening: true, isPaused: false, emit: undefined };
    this.#open.push(open);
    const opened = reader.open(split.position).then(() => {
      open.isOpening = false;
      this.#context.wake();
    });
    this.#track(opened);
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        if (!this.#isClosed) this.#context.fail(error);
      })
      .finally(() => {
        this.#opening.delete(tracked);
      });
    this.#opening.add(tracked);
  }
}
