// Reads the part of a hybrid source that the enumerator says, with that part's own reader.
//   I1. A part that was read to its end stays, for snapshots, until the next one begins.

import type {
  SourceMaker,
  SourceSpec,
  SourceSplit,
  SourceStatus,
  SplitReader,
  SplitReaderContext,
} from '../connector.ts';
import {
  type FromHybridReader,
  type HybridSplit,
  ofPart,
  type ToHybridReader,
} from './enumerator.ts';

/** Makes the reader of a `hybrid(...)` source. */
export const hybridSource: SourceMaker = (spec, context) =>
  new HybridReader(spec.parts ?? [], context);

interface ReadPart {
  readonly part: number;
  readonly reader: SplitReader;
  isStarted: boolean;
  hasEnded: boolean;
}

class HybridReader implements SplitReader {
  readonly #parts: readonly SourceSpec<unknown>[];
  readonly #context: SplitReaderContext;
  #read: ReadPart | undefined;
  /** Came before their part has begun. */
  #waiting: readonly HybridSplit[] = [];
  #working: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: readonly SourceSpec<unknown>[], context: SplitReaderContext) {
    this.#parts = parts;
    this.#context = context;
  }

  start(): Promise<void> {
    this.#send({ kind: 'ready' });
    return Promise.resolve();
  }

  addSplits(splits: readonly SourceSplit[]): void {
    const own = splits as readonly HybridSplit[];
    if (this.#read === undefined) this.#waiting = [...this.#waiting, ...own];
    else this.#read.reader.addSplits(own.map(({ split }) => split));
  }

  noMoreSplits(): void {
    this.#read?.reader.noMoreSplits();
  }

  get nextPollAtMs(): number | undefined {
    return this.#read?.isStarted === true ? this.#read.reader.nextPollAtMs : undefined;
  }

  poll(limit: number): SourceStatus {
    const read = this.#read;
    if (read?.isStarted !== true) return 'idle';
    const isLast = read.part === this.#parts.length - 1;
    if (read.hasEnded) return isLast ? 'ended' : 'idle';
    const status = read.reader.poll(limit);
    if (status !== 'ended') return status;
    read.hasEnded = true;
    if (isLast) return 'ended';
    this.#send({ kind: 'finished' });
    return 'idle';
  }

  snapshot(): readonly SourceSplit[] {
    const read = this.#read;
    if (read === undefined) return this.#waiting;
    return read.reader.snapshot().map((split) => ofPart(read.part, split));
  }

  pauseOrResumeSplits(paused: readonly string[], resumed: readonly string[]): void {
    const read = this.#read;
    if (read === undefined) return;
    const prefix = `${read.part}:`;
    const ofReader = (ids: readonly string[]): readonly string[] =>
      ids.flatMap((id) => (id.startsWith(prefix) ? id.slice(prefix.length) : []));
    read.reader.pauseOrResumeSplits(ofReader(paused), ofReader(resumed));
  }

  onEvent(event: unknown): void {
    const told = event as ToHybridReader;
    if (told.kind === 'part') this.#read?.reader.onEvent?.(told.event);
    else this.#begin(told.part);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#working;
    await this.#read?.reader.close();
  }

  #begin(part: number): void {
    const spec = this.#parts[part];
    if (spec === undefined || this.#isClosed) return;
    const old = this.#read?.reader;
    const reader = this.#context.makeReader(spec, this.#contextOf(part));
    const read: ReadPart = { part, reader, isStarted: false, hasEnded: false };
    this.#read = read;
    if (this.#waiting.length > 0) reader.addSplits(this.#waiting.map(({ split }) => split));
    this.#waiting = [];
    this.#working = this.#changeOver(old, read).catch((error: unknown) => {
      if (!this.#isClosed) this.#context.fail(error);
    });
  }

  async #changeOver(old: SplitReader | undefined, read: ReadPart): Promise<void> {
    await old?.close();
    await read.reader.start();
    read.isStarted = true;
    this.#context.wake();
  }

  #contextOf(part: number): SplitReaderContext {
    const context = this.#context;
    return {
      ...context,
      beginSplit: (id) => context.beginSplit(`${part}:${id}`),
      endSplit: (id) => {
        context.endSplit(`${part}:${id}`);
      },
      sendEvent: (event) => {
        this.#send({ kind: 'part', event });
      },
    };
  }

  #send(event: FromHybridReader): void {
    this.#context.sendEvent(event);
  }
}
