// Sorts more entries than fit into memory: an entry has a key, a timestamp, and a payload of bytes. Entries are collected in
// an arena; when it is full they are sorted and written to a file as a run, and the runs are merged while reading (external
// merge sort; Knuth, The Art of Computer Programming 3, 5.4). What fits is never written.
//   I1. Entries come back grouped by key; within a key by timestamp, and by order of adding where that is equal.
//   I2. Memory is at most the arena and a read buffer a run; files are removed by `close`, whatever happened before.
// Files are written and read with synchronous calls of RUN_CHUNK_BYTES: a batch job has nothing else to do meanwhile.

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../core/errors.ts';
import type { RowMemory } from '../types/codec.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { SortedRun } from './sorted-run.ts';
import {
  compareEntries,
  ENTRY_HEADER_BYTES,
  entryBytesAt,
  type SortedEntry,
  type SortedEntries,
  writeEntryHeader,
} from './sorted-entry.ts';

const FIRST_ARENA_BYTES = 256 * 1024;
/** A hash and a position share a double while they are sorted: 32 and 21 bits. */
const POSITION_BITS = 21;
const ENTRIES_PER_RUN_MAX = 2 ** POSITION_BITS;
const RUN_CHUNK_BYTES = 256 * 1024;

export interface SpillingSorterOptions {
  /** The arena may grow to this. */
  readonly arenaBytesMax: number;
  readonly memory: MemoryBudget;
  /** Where a folder for the runs is made when there are any. */
  readonly directory: string;
}

/** Collects entries, then gives them back in order. */
export class SpillingSorter {
  readonly #options: SpillingSorterOptions;
  #arena: RowMemory = memoryOf(Buffer.alloc(0));
  #used = 0;
  #offsets: number[] = [];
  #hashes: number[] = [];
  #folder: string | undefined;
  readonly #runs: string[] = [];
  #open: SortedRun[] = [];

  constructor(options: SpillingSorterOptions) {
    this.#options = options;
  }

  /** How many runs were written to files. */
  get runsWritten(): number {
    return this.#runs.length;
  }

  /**
   * Adds an entry. `write` gets the memory and where to write, and returns the offset after what it wrote, or a negative
   * number when there was not enough room: then it is called again with more.
   */
  add(
    entry: { readonly hash: number; readonly timestampMs: number; readonly port: number },
    writeKey: WritePart,
    writePayload: WritePart,
  ): void {
    if (this.#offsets.length === ENTRIES_PER_RUN_MAX) this.#spill();
    for (;;) {
      const start = this.#used;
      const keyStart = start + ENTRY_HEADER_BYTES;
      const limit = this.#arena.bytes.length;
      const keyEnd = keyStart > limit ? -1 : writeKey(this.#arena, keyStart, limit);
      const end = keyEnd < 0 ? -1 : writePayload(this.#arena, keyEnd, limit);
      if (end >= 0) {
        writeEntryHeader(this.#arena, start, { ...entry, keyBytes: keyEnd - keyStart, end });
        this.#offsets.push(start);
        this.#hashes.push(entry.hash >>> 0);
        this.#used = end;
        return;
      }
      this.#makeRoom();
    }
  }

  /** Everything in order. Nothing can be added afterwards. */
  sorted(): SortedEntries {
    if (this.#runs.length === 0) return new ArenaEntries(this.#arena, this.#sortOffsets());
    this.#spill();
    this.#release();
    this.#open = this.#runs.map((path) => new SortedRun(path, RUN_CHUNK_BYTES));
    return new MergedEntries(this.#open);
  }

  /** Gives memory back and removes the files. */
  close(): void {
    for (const run of this.#open) run.close();
    this.#open = [];
    this.#release();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #makeRoom(): void {
    const { arenaBytesMax, memory } = this.#options;
    const { length } = this.#arena.bytes;
    // Half an arena is worth a run; a single entry may be larger than the arena is meant to be.
    if (length >= arenaBytesMax && this.#offsets.length > 0) {
      this.#spill();
      return;
    }
    const grown = Math.max(FIRST_ARENA_BYTES, 2 * length);
    memory.reserve(grown - length, `Sorting ${this.#offsets.length} records`);
    const bytes = Buffer.allocUnsafeSlow(grown);
    this.#arena.bytes.copy(bytes, 0, 0, this.#used);
    this.#arena = memoryOf(bytes);
  }

  /** Sorts by hash as numbers, which needs no comparison in JavaScript, then orders what shares a hash. */
  #sortOffsets(): Float64Array {
    const count = this.#offsets.length;
    const order = new Float64Array(count);
    for (let index = 0; index < count; index++) {
      order[index] = (this.#hashes[index] ?? 0) * ENTRIES_PER_RUN_MAX + index;
    }
    order.sort();
    const arena = this.#arena;
    for (let start = 0; start < count;) {
      const hash = Math.floor((order[start] ?? 0) / ENTRIES_PER_RUN_MAX);
      let end = start;
      while (end < count && Math.floor((order[end] ?? 0) / ENTRIES_PER_RUN_MAX) === hash) {
        order[end] = this.#offsets[(order[end] ?? 0) % ENTRIES_PER_RUN_MAX] ?? 0;
        end++;
      }
      // A stable sort: equal entries stay in the order of adding, which is that of their offsets.
      if (end - start > 1) {
        order.subarray(start, end).sort((left, right) => compareEntries(arena, left, arena, right));
      }
      start = end;
    }
    return order;
  }

  #spill(): void {
    if (this.#offsets.length === 0) return;
    try {
      this.#folder ??= mkdtempSync(join(this.#options.directory, 'millrace-sort-'));
      const path = join(this.#folder, `run-${this.#runs.length}`);
      this.#writeRun(path, this.#sortOffsets());
      this.#runs.push(path);
    } catch (cause) {
      throw spillFailure(this.#options.directory, cause);
    }
    this.#offsets = [];
    this.#hashes = [];
    this.#used = 0;
  }

  #writeRun(path: string, order: Float64Array): void {
    const file = openSync(path, 'w', 0o600);
    try {
      const chunk = Buffer.allocUnsafe(RUN_CHUNK_BYTES);
      let filled = 0;
      for (const offset of order) {
        const end = offset + entryBytesAt(this.#arena, offset);
        if (filled + end - offset > chunk.length) {
          writeSync(file, chunk, 0, filled);
          filled = 0;
        }
        if (end - offset > chunk.length) writeSync(file, this.#arena.bytes, offset, end - offset);
        else filled += this.#arena.bytes.copy(chunk, filled, offset, end);
      }
      writeSync(file, chunk, 0, filled);
    } finally {
      closeSync(file);
    }
  }

  #release(): void {
    this.#options.memory.release(this.#arena.bytes.length);
    this.#arena = memoryOf(Buffer.alloc(0));
    this.#offsets = [];
    this.#hashes = [];
    this.#used = 0;
  }
}

/** Writes a part of an entry; returns the offset after it, or a negative number for lack of room. */
export type WritePart = (target: RowMemory, offset: number, limit: number) => number;

/** Entries that were never written. */
class ArenaEntries implements SortedEntries {
  readonly #arena: RowMemory;
  readonly #order: Float64Array;
  #position = 0;

  constructor(arena: RowMemory, order: Float64Array) {
    this.#arena = arena;
    this.#order = order;
  }

  next(): SortedEntry | undefined {
    const offset = this.#order[this.#position++];
    return offset === undefined ? undefined : { memory: this.#arena, offset };
  }
}

/** The smallest of the runs' first entries; runs are few, so each is looked at. */
class MergedEntries implements SortedEntries {
  readonly #runs: SortedRun[];
  #last: SortedRun | undefined;

  constructor(runs: readonly SortedRun[]) {
    this.#runs = [...runs];
  }

  next(): SortedEntry | undefined {
    this.#last?.advance();
    let least: SortedRun | undefined;
    for (const run of this.#runs) {
      const { entry } = run;
      if (entry === undefined) continue;
      const other = least?.entry;
      // Runs are in order of adding, so that of equal entries the first found stays.
      if (
        other === undefined ||
        compareEntries(entry.memory, entry.offset, other.memory, other.offset) < 0
      ) {
        least = run;
      }
    }
    this.#last = least;
    return least?.entry;
  }
}

function memoryOf(bytes: Buffer): RowMemory {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

function spillFailure(directory: string, cause: unknown): EngineError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError(
    'FILE_FAILED',
    `Sorted records cannot be written below ${directory}: ${reason}. Give the volume of JOB_MANAGER_REMOTE_JOBS_DIR ` +
      'more room, or TASK_MANAGER_MEMORY_MB more memory.',
    { cause },
  );
}
