// state/spilling-sorter.ts, state/sorted-run.ts and state/sorted-entry.ts: entries in order, from memory and from files.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { MemoryBudget } from '../../../runtime/state/memory-budget.ts';
import {
  keyBytesAt,
  payloadOffsetAt,
  portAt,
  timestampAt,
} from '../../../runtime/state/sorted-entry.ts';
import { SpillingSorter, type WritePart } from '../../../runtime/state/spilling-sorter.ts';

interface Entry {
  readonly key: string;
  readonly timestampMs: number;
  readonly port: number;
  readonly number: number;
  readonly padding: number;
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sorter-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const writeText =
  (text: string): WritePart =>
  (target, offset, limit) => {
    if (offset + text.length > limit) return -1;
    return offset + target.bytes.write(text, offset, 'latin1');
  };

const writeNumbered =
  ({ number, padding }: Entry): WritePart =>
  (target, offset, limit) => {
    if (offset + 4 + padding > limit) return -1;
    target.view.setUint32(offset, number, true);
    return offset + 4 + padding;
  };

/** Keys that begin alike share a hash, so that hashes alone never decide. */
const hashOf = (key: string): number => Math.imul(key.charCodeAt(0), 0x9e3779b1);

function open(arenaBytesMax: number, memory = new MemoryBudget(64 * 1024 ** 2)): SpillingSorter {
  return new SpillingSorter({ arenaBytesMax, memory, directory });
}

function sort(sorter: SpillingSorter, entries: readonly Entry[]) {
  for (const entry of entries) {
    const { key, timestampMs, port } = entry;
    sorter.add({ hash: hashOf(key), timestampMs, port }, writeText(key), writeNumbered(entry));
  }
  const sorted = sorter.sorted();
  const found: Omit<Entry, 'padding'>[] = [];
  for (let entry = sorted.next(); entry !== undefined; entry = sorted.next()) {
    const { memory, offset } = entry;
    const payload = payloadOffsetAt(memory, offset);
    found.push({
      key: keyBytesAt(memory, offset, payload).toString('latin1'),
      timestampMs: timestampAt(memory, offset),
      port: portAt(memory, offset),
      number: memory.view.getUint32(payload, true),
    });
  }
  return found;
}

/** Groups in the order of the sorter; what is in a group is ordered here. */
function expected(entries: readonly Entry[], found: readonly { readonly key: string }[]) {
  const keys = [...new Set(found.map(({ key }) => key))];
  return keys.flatMap((key) =>
    entries
      .filter((entry) => entry.key === key)
      .sort((left, right) => left.timestampMs - right.timestampMs || left.number - right.number)
      .map(({ padding: _, ...entry }) => entry),
  );
}

const entriesOf = (minLength: number, padding: number) =>
  fc
    .array(
      fc.record({
        key: fc.constantFrom('a', 'aa', 'ab', 'b', 'ba', 'c', ''),
        timestampMs: fc.integer({ min: -3, max: 3 }),
        port: fc.constantFrom(0, 1),
      }),
      { minLength, maxLength: minLength + 200 },
    )
    .map((list) => list.map((entry, number): Entry => ({ ...entry, number, padding })));

describe('a sorter', () => {
  it('I1: groups by key, and orders by time and arrival, in memory', () => {
    fc.assert(
      fc.property(entriesOf(0, 0), (entries) => {
        const sorter = open(1024 ** 2);
        const found = sort(sorter, entries);
        expect(found).toStrictEqual(expected(entries, found));
        expect(sorter.runsWritten).toBe(0);
        sorter.close();
      }),
    );
  });

  it('I1: does the same over several files', () => {
    fc.assert(
      fc.property(entriesOf(200, 3_000), (entries) => {
        const sorter = open(256 * 1024);
        const found = sort(sorter, entries);
        expect(found).toStrictEqual(expected(entries, found));
        expect(sorter.runsWritten).toBeGreaterThan(1);
        sorter.close();
      }),
      { numRuns: 10 },
    );
  });

  it('takes an entry that is larger than a chunk of a file', () => {
    const entries = [0, 1, 2, 3].map((number): Entry => ({
      key: `k${number % 2}`,
      timestampMs: -number,
      port: 0,
      number,
      padding: 600_000,
    }));
    const sorter = open(256 * 1024);
    const found = sort(sorter, entries);
    expect(found).toStrictEqual(expected(entries, found));
    expect(sorter.runsWritten).toBeGreaterThan(0);
    sorter.close();
  });

  it('I2: gives back its memory and removes its files', () => {
    const memory = new MemoryBudget(4 * 1024 ** 2);
    const sorter = open(256 * 1024, memory);
    const entries = Array.from({ length: 300 }, (_, number): Entry => ({
      key: 'k',
      timestampMs: number,
      port: 0,
      number,
      padding: 2_000,
    }));
    sort(sorter, entries);
    expect(readdirSync(directory)).toHaveLength(1);
    sorter.close();
    expect(readdirSync(directory)).toHaveLength(0);
    expect(memory.usedBytes).toBe(0);
  });

  it('says where it could not write, and what would help', () => {
    const missing = join(directory, 'not-there');
    expect(existsSync(missing)).toBe(false);
    const sorter = new SpillingSorter({
      arenaBytesMax: 1,
      memory: new MemoryBudget(1024 ** 2),
      directory: missing,
    });
    const entry: Entry = { key: 'k', timestampMs: 0, port: 0, number: 0, padding: 200_000 };
    expect(() => sort(sorter, [entry, entry])).toThrow(
      /not-there: ENOENT.*JOB_MANAGER_REMOTE_JOBS_DIR/,
    );
  });
});
