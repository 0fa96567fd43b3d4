// Reads a source by rule behind the contract of a split reader: the share of a subtask is its one split, which nobody has to
// hand out. So the task of a source knows one kind of reader.
//   I1. The share belongs to one subtask of so many: it cannot be gone on with at another parallelism.

import type {
  EmitRecord,
  SourceReader,
  SourceSplit,
  SourceStatus,
  SplitReader,
  SplitReaderContext,
} from './connector.ts';
import { invariant } from '../core/invariant.ts';

/** What a share needs of its context. */
export type ShareContext = Pick<
  SplitReaderContext,
  'subtaskIndex' | 'parallelism' | 'beginSplit' | 'endSplit'
>;

/** The reader that a maker made, whatever its kind, as a reader of splits. */
export function asSplitReader(
  reader: SourceReader<unknown> | SplitReader,
  context: ShareContext,
): SplitReader {
  return 'addSplits' in reader ? reader : new ShareReader(reader, context);
}

/** One subtask's share as its only split. */
export class ShareReader implements SplitReader {
  readonly #id: string;
  readonly #reader: SourceReader<unknown>;
  readonly #context: ShareContext;
  #position: unknown;
  #emit: EmitRecord<unknown> = () => undefined;
  #isPaused = false;
  #hasEnded = false;

  constructor(reader: SourceReader<unknown>, context: ShareContext) {
    this.#id = `${context.subtaskIndex}/${context.parallelism}`;
    this.#reader = reader;
    this.#context = context;
  }

  async start(): Promise<void> {
    this.#emit = this.#context.beginSplit(this.#id);
    await this.#reader.open(this.#position);
  }

  /** Only before `start`, with what `snapshot` returned. */
  addSplits(splits: readonly SourceSplit[]): void {
    for (const { id, position } of splits) {
      invariant(id === this.#id, `the share ${id} of a source is not that of subtask ${this.#id}`); // I1
      this.#position = position;
    }
  }

  noMoreSplits(): void {
    // It has its one split from the beginning.
  }

  get nextPollAtMs(): number | undefined {
    return this.#isPaused ? undefined : this.#reader.nextPollAtMs;
  }

  poll(limit: number): SourceStatus {
    if (this.#isPaused) return 'idle';
    const status = this.#reader.poll(this.#emit, limit);
    if (status === 'ended' && !this.#hasEnded) {
      this.#hasEnded = true;
      this.#context.endSplit(this.#id);
    }
    return status;
  }

  snapshot(): readonly SourceSplit[] {
    return [{ id: this.#id, position: this.#reader.position() }];
  }

  pauseOrResumeSplits(paused: readonly string[], resumed: readonly string[]): void {
    if (resumed.includes(this.#id)) this.#isPaused = false;
    if (paused.includes(this.#id)) this.#isPaused = true;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
