// Finds files, has them cut into splits, and deals the splits out to whoever asks: in the order of paths, a few small ones
// at a time. With an interval it looks again and again; without, what is there at the start is all.
//   I1. A file is cut once, when it is first seen; it is forgotten when its path is gone.
//   I2. Who asks while there is nothing gets the next splits that are found.
//   I3. Splits that come back are dealt out before others.

import type { EnumeratorContext, SourceSplit, SplitEnumerator } from '../connector.ts';
import { positionList } from '../position.ts';
import { discoverFiles, requireFiles } from './discover.ts';

/** What one request is answered with: splits of so many bytes in all, and not more than so many. */
const ANSWER_BYTES = 4 * 1024 * 1024;
const ANSWER_SPLITS_MAX = 32;

/** A part of a file; what it says of the part besides is the format's. */
export interface FileSplit extends SourceSplit {
  readonly path: string;
  /** How much there is to read. */
  readonly bytes: number;
}

/** Which files, and how they are cut. */
export interface FileEnumeration {
  readonly pattern: string;
  /** Undefined: once. */
  readonly discoverIntervalMs: number | undefined;
  readonly cut: (path: string) => Promise<readonly FileSplit[]>;
}

/** The enumerator of every source of files. */
export class FileEnumerator implements SplitEnumerator {
  readonly #enumeration: FileEnumeration;
  readonly #context: EnumeratorContext;
  #seen = new Set<string>();
  #free: FileSplit[] = [];
  /** Subtasks that have asked and got nothing yet, in order. */
  #asking: number[] = [];
  #looking: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;
  #isClosed = false;

  constructor(enumeration: FileEnumeration, context: EnumeratorContext) {
    this.#enumeration = enumeration;
    this.#context = context;
  }

  async start(state: unknown): Promise<void> {
    const { pattern, discoverIntervalMs } = this.#enumeration;
    const isNew = state === undefined || state === null;
    if (!isNew) {
      this.#seen = new Set(positionList(state, 'seen') as readonly string[]);
      this.#free = [...(positionList(state, 'free') as readonly FileSplit[])];
    }
    if (discoverIntervalMs !== undefined) {
      await this.#look(await discoverFiles(pattern));
      this.#lookLater(discoverIntervalMs);
    } else if (isNew) {
      await this.#look(await requireFiles(pattern));
    }
  }

  onSplitRequest(subtask: number): void {
    this.#asking.push(subtask);
    this.#answer();
  }

  addSplitsBack(splits: readonly SourceSplit[]): void {
    this.#free.unshift(...(splits as readonly FileSplit[])); // I3
    this.#answer();
  }

  snapshot(): unknown {
    return { seen: [...this.#seen], free: this.#free };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer();
    await this.#looking;
  }

  #lookLater(intervalMs: number): void {
    if (this.#isClosed) return;
    this.#cancelTimer = this.#context.clock.after(intervalMs, () => {
      this.#looking = discoverFiles(this.#enumeration.pattern)
        .then((paths) => this.#look(paths))
        .then(() => {
          this.#answer();
          this.#lookLater(intervalMs);
        })
        .catch((error: unknown) => {
          this.#context.fail(error);
        });
    });
  }

  async #look(paths: readonly string[]): Promise<void> {
    const found: FileSplit[] = [];
    for (const path of paths) {
      if (this.#seen.has(path)) continue;
      found.push(...(await this.#enumeration.cut(path)));
      if (this.#isClosed) return;
    }
    this.#seen = new Set(paths); // I1
    this.#free.push(...found);
    const { log } = this.#context;
    log.debug('files found', { found: paths.length, newSplits: found.length });
  }

  #answer(): void {
    while (this.#asking.length > 0) {
      const splits = this.#take();
      if (splits.length === 0) break;
      this.#context.assign(this.#asking.shift() ?? 0, splits);
    }
    if (this.#enumeration.discoverIntervalMs !== undefined) return; // I2
    for (const subtask of this.#asking.splice(0)) this.#context.noMoreSplits(subtask);
  }

  #take(): readonly FileSplit[] {
    let bytes = 0;
    let count = 0;
    for (const split of this.#free) {
      if (count === ANSWER_SPLITS_MAX || bytes >= ANSWER_BYTES) break;
      bytes += split.bytes;
      count += 1;
    }
    return this.#free.splice(0, count);
  }
}
