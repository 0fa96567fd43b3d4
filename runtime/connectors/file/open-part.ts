// One file that takes records, from its first record until it is sealed: its encoder, its size, its timers.
//   I1. A sealed file is whole, synced, and named as pending; nothing is visible of it.
//   I2. No clock is read for a record: an idle file is known by a use count that did not change between two looks at it.

import type { Clock } from '../../core/clock.ts';
import { markPending, type PartPaths } from './part-files.ts';
import type { RollingOptions } from './sink-spec.ts';
import { WriteBehind, type WriteBehindOptions } from './write-behind.ts';

/** Writes records to one file. */
export interface PartEncoder {
  write(record: unknown): void;
  /** Appends what is still missing. */
  finish(): void;
}

/** How records become files of one kind. */
export interface PartFormat {
  readonly extension: string;
  /** The text that each file begins with; '' for none. */
  readonly header: string;
  begin(file: WriteBehind): PartEncoder;
}

/** A file that is whole and hidden. */
export interface SealedPart {
  readonly paths: PartPaths;
  readonly bytes: number;
  readonly headerBytes: number;
}

/** A file being written. */
export class OpenPart {
  /** What its records have in common. */
  readonly partition: string;
  readonly paths: PartPaths;
  /** The number of the last use: the smallest of several is that of the file which waited longest. */
  lastUse = 0;
  readonly #file: WriteBehind;
  readonly #encoder: PartEncoder;
  #cancelAge: () => void = () => undefined;
  #cancelIdle: () => void = () => undefined;

  constructor(
    partition: string,
    paths: PartPaths,
    format: PartFormat,
    file: Omit<WriteBehindOptions, 'path' | 'header'>,
  ) {
    this.partition = partition;
    this.paths = paths;
    this.#file = new WriteBehind({ ...file, path: paths.inProgress, header: format.header });
    this.#encoder = format.begin(this.#file);
  }

  get takenBytes(): number {
    return this.#file.takenBytes;
  }

  write(record: unknown, use: number): void {
    this.lastUse = use;
    this.#encoder.write(record);
  }

  /** Calls once when the file is old enough, or idle; not after it was sealed or discarded. */
  watch({ intervalMs, idleMs }: RollingOptions, clock: Clock, onDue: () => void): void {
    if (intervalMs !== undefined) this.#cancelAge = clock.after(intervalMs, onDue);
    if (idleMs !== undefined) this.#watchUse(idleMs, clock, onDue);
  }

  async seal(): Promise<SealedPart> {
    this.#stopWatching();
    this.#encoder.finish();
    await this.#file.sync();
    await markPending(this.paths);
    const { writtenBytes, headerBytes } = this.#file;
    return { paths: this.paths, bytes: writtenBytes, headerBytes };
  }

  /** Frees the file; its hidden name stays. */
  async discard(): Promise<void> {
    this.#stopWatching();
    await this.#file.close();
  }

  #watchUse(idleMs: number, clock: Clock, onDue: () => void): void {
    const seen = this.lastUse;
    this.#cancelIdle = clock.after(idleMs, () => {
      if (this.lastUse === seen) onDue();
      else this.#watchUse(idleMs, clock, onDue);
    });
  }

  #stopWatching(): void {
    this.#cancelAge();
    this.#cancelIdle();
  }
}
