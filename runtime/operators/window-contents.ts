// What a window holds of its records, and what its function is given when it fires: an accumulator, the records, or, for an
// evictor, the records with their timestamps.
//   I1. What a function was given is not changed by records that come later: lists are copied before they grow again.
//   I2. A fold without `create` has no result for no records; when an evictor leaves none, its function is not called.

import { createColumnFold } from './column-fold.ts';
import type {
  Evictor,
  EvictorContext,
  TimestampedRecord,
  WindowFold,
  WindowInput,
} from './general-window-spec.ts';
import { NOTHING } from './window-table.ts';

/** One way to hold records. Contents may be `NOTHING`, except in `merge`, `input` and `leave`. */
export interface WindowContents {
  add(contents: unknown, value: unknown, timestampMs: number): unknown;
  /** Both are given up for the result. */
  merge(left: unknown, right: unknown): unknown;
  /** Calls `use` with what the window's function is given; returns what the window holds afterwards. */
  fire(contents: unknown, context: EvictorContext, use: (input: unknown) => void): unknown;
}

/** With an evictor a window holds its records, whatever becomes of them. */
export function createContents(
  input: WindowInput,
  evictor: Evictor<unknown> | undefined,
): WindowContents {
  const fold = foldOf(input);
  if (evictor !== undefined) return new EvictingContents(fold, evictor);
  return fold === undefined ? new RecordContents() : new FoldedContents(fold);
}

function foldOf(input: WindowInput): WindowFold | undefined {
  switch (input.kind) {
    case 'columns':
      return createColumnFold(input.columns);
    case 'fold':
      return input.fold;
    case 'records':
      return undefined;
  }
}

class FoldedContents implements WindowContents {
  readonly #fold: WindowFold;

  constructor(fold: WindowFold) {
    this.#fold = fold;
  }

  add(contents: unknown, value: unknown): unknown {
    return addToFold(this.#fold, contents, value);
  }

  merge(left: unknown, right: unknown): unknown {
    return this.#fold.merge?.(left, right);
  }

  fire(contents: unknown, _context: EvictorContext, use: (input: unknown) => void): unknown {
    use(this.#fold.result(contents));
    return contents;
  }
}

function addToFold({ create, add }: WindowFold, accumulator: unknown, value: unknown): unknown {
  if (accumulator !== NOTHING) return add(accumulator, value);
  return create === undefined ? value : add(create(), value);
}

/** A list that is copied before it grows once it was handed out. */
interface HeldRecords {
  records: unknown[];
  isLent: boolean;
}

class RecordContents implements WindowContents {
  add(contents: unknown, value: unknown): unknown {
    if (contents === NOTHING) return { records: [value], isLent: false } satisfies HeldRecords;
    const held = contents as HeldRecords;
    if (held.isLent) return { records: [...held.records, value], isLent: false };
    held.records.push(value);
    return held;
  }

  merge(left: unknown, right: unknown): unknown {
    const [first, second] = [left as HeldRecords, right as HeldRecords];
    return { records: [...first.records, ...second.records], isLent: false };
  }

  fire(contents: unknown, _context: EvictorContext, use: (input: unknown) => void): unknown {
    const held = contents as HeldRecords;
    held.isLent = true; // I1
    use(held.records);
    return held;
  }
}

type Timestamped = readonly TimestampedRecord<unknown>[];

class EvictingContents implements WindowContents {
  readonly #fold: WindowFold | undefined;
  readonly #evictor: Evictor<unknown>;

  constructor(fold: WindowFold | undefined, evictor: Evictor<unknown>) {
    this.#fold = fold;
    this.#evictor = evictor;
  }

  add(contents: unknown, value: unknown, timestampMs: number): unknown {
    const record = { value, timestampMs };
    if (contents === NOTHING) return [record];
    (contents as TimestampedRecord<unknown>[]).push(record);
    return contents;
  }

  merge(left: unknown, right: unknown): unknown {
    return [...(left as Timestamped), ...(right as Timestamped)];
  }

  fire(contents: unknown, context: EvictorContext, use: (input: unknown) => void): unknown {
    const evictor = this.#evictor;
    const records = contents as Timestamped;
    const before = evictor.evictBefore?.(records, context) ?? records;
    this.#use(before, use);
    const after = evictor.evictAfter?.(before, context) ?? before;
    return after.length === 0 ? NOTHING : [...after];
  }

  #use(records: Timestamped, use: (input: unknown) => void): void {
    const fold = this.#fold;
    if (fold === undefined) {
      use(records.map(({ value }) => value));
      return;
    }
    let accumulator: unknown = NOTHING;
    for (const { value } of records) accumulator = addToFold(fold, accumulator, value);
    if (accumulator !== NOTHING) use(fold.result(accumulator));
    else if (fold.create !== undefined) use(fold.result(fold.create())); // I2
  }
}
