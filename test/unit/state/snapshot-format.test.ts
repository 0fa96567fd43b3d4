// state/snapshot-format.ts and row-buffer.ts: state and timers written at one parallelism are the same at another, and
// stored bytes stay readable.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import {
  aggregatingState,
  listState,
  mapState,
  reducingState,
  valueState,
} from '../../../runtime/api/states.ts';
import { ManualClock } from '../../../runtime/core/clock.ts';
import {
  hashOfKey,
  type Key,
  keyGroupOfHash,
  keyGroupRange,
  subtaskOfKeyGroup,
} from '../../../runtime/core/key-group.ts';
import { HeapKeyedState } from '../../../runtime/state/heap-keyed-state.ts';
import {
  decodeGroup,
  encodeGroup,
  type GroupContent,
  storedStates,
} from '../../../runtime/state/snapshot-format.ts';
import type {
  AggregatingState,
  ListState,
  MapState,
  ReducingState,
  ValueState,
} from '../../../runtime/state/state.ts';
import { TimerQueue } from '../../../runtime/time/timer-queue.ts';

const MAX = 16;
const groupOf = (key: Key): number => keyGroupOfHash(hashOfKey(key), MAX);

const ttl = { ms: 6, cleanup: 'on-read-only' } as const;
const Visit = z.object({ page: z.string(), at: z.int(), tags: z.array(z.string()).optional() });
const DESCRIPTORS = {
  anything: valueState<unknown>(),
  visit: valueState(Visit, { ttl }),
  words: listState(z.string()),
  recent: listState<unknown>({ ttl }),
  counts: mapState(z.string(), z.number(), { ttl }),
  index: mapState<unknown, unknown>(),
  sum: reducingState(z.number(), (left, right) => left + right),
  average: aggregatingState({
    create: () => ({ sum: 0, count: 0 }),
    add: ({ sum, count }, value: number) => ({ sum: sum + value, count: count + 1 }),
    result: ({ sum, count }) => sum / count,
    accumulator: z.object({ sum: z.number(), count: z.int() }),
  }),
};
const HEADER = storedStates(DESCRIPTORS);

/** One subtask's state and timers. */
class Subtask {
  readonly store: HeapKeyedState;
  readonly eventTimers = new TimerQueue({ hasNamespaces: true });
  readonly processingTimers = new TimerQueue({ hasNamespaces: true });

  constructor(parallelism: number, index: number, clock: ManualClock) {
    const options = { clock, hasNamespaces: true };
    this.store = new HeapKeyedState(DESCRIPTORS, keyGroupRange(MAX, parallelism, index), options);
  }

  snapshot(): [number, Uint8Array][] {
    const { start, end } = this.store.range;
    const [event, processing] = [this.eventTimers, this.processingTimers].map((timers) =>
      timers.timersByGroup(MAX),
    );
    return Array.from({ length: end - start + 1 }, (_, index) => {
      const keyGroup = start + index;
      const content: GroupContent = {
        states: this.store.snapshotGroup(keyGroup),
        eventTimers: event?.get(keyGroup) ?? [],
        processingTimers: processing?.get(keyGroup) ?? [],
      };
      return [keyGroup, encodeGroup(HEADER, content)];
    });
  }

  restore(keyGroup: number, bytes: Uint8Array): void {
    const content = decodeGroup(HEADER, bytes);
    this.store.restoreGroup(keyGroup, content.states);
    for (const { timeMs, key, namespace } of content.eventTimers) {
      this.eventTimers.register(timeMs, key, namespace);
    }
    for (const { timeMs, key, namespace } of content.processingTimers) {
      this.processingTimers.register(timeMs, key, namespace);
    }
  }
}

/** All subtasks of an operator. */
class Cluster {
  readonly subtasks: readonly Subtask[];

  constructor(parallelism: number, clock: ManualClock) {
    this.subtasks = Array.from(
      { length: parallelism },
      (_, index) => new Subtask(parallelism, index, clock),
    );
  }

  at(key: Key, namespace: Key): Subtask {
    const subtask = this.subtasks[subtaskOfKeyGroup(groupOf(key), MAX, this.subtasks.length)]!;
    subtask.store.setCurrentKey(key, groupOf(key));
    subtask.store.setCurrentNamespace(namespace);
    return subtask;
  }

  /** Stops, and starts again with as many subtasks. */
  rescale(parallelism: number, clock: ManualClock): Cluster {
    const blocks = this.subtasks.flatMap((subtask) => subtask.snapshot());
    const rescaled = new Cluster(parallelism, clock);
    for (const [keyGroup, bytes] of blocks) {
      rescaled.subtasks[subtaskOfKeyGroup(keyGroup, MAX, parallelism)]!.restore(keyGroup, bytes);
    }
    return rescaled;
  }
}

function statesOf({ store }: Subtask) {
  return {
    anything: store.states['anything'] as ValueState<unknown>,
    visit: store.states['visit'] as ValueState<unknown>,
    words: store.states['words'] as ListState<unknown>,
    recent: store.states['recent'] as ListState<unknown>,
    counts: store.states['counts'] as MapState<unknown, unknown>,
    index: store.states['index'] as MapState<unknown, unknown>,
    sum: store.states['sum'] as ReducingState<unknown>,
    average: store.states['average'] as AggregatingState<unknown, unknown>,
  };
}

const KEYS: readonly Key[] = [
  'a',
  '',
  1,
  -0,
  0.5,
  Number.NaN,
  true,
  9n,
  ['a', 1],
  ['a', 1n],
  '\u0001',
  [],
];
const NAMESPACES: readonly Key[] = [0, [0, 10], 'window'];

interface Step {
  readonly kind: 'value' | 'list' | 'map' | 'add' | 'clear' | 'timer' | 'untimer' | 'wait';
  readonly key: Key;
  readonly namespace: Key;
  readonly number: number;
  readonly value: unknown;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('value', 'list', 'map', 'add', 'clear', 'timer', 'untimer', 'wait'),
  key: fc.constantFrom(...KEYS),
  namespace: fc.constantFrom(...NAMESPACES),
  number: fc.integer({ min: 0, max: 9 }),
  value: fc.oneof(fc.string(), fc.double(), fc.jsonValue(), fc.bigInt(), fc.constant(new Date(5))),
});

function perform(
  cluster: Cluster,
  clock: ManualClock,
  { kind, key, namespace, number, value }: Step,
): void {
  const subtask = cluster.at(key, namespace);
  const states = statesOf(subtask);
  const text = String(number);
  switch (kind) {
    case 'value':
      states.anything.set(value);
      states.visit.set({ page: text, at: number, ...(number > 4 ? { tags: [text] } : {}) });
      break;
    case 'list':
      states.words.add(text);
      states.recent.add(value);
      break;
    case 'map':
      states.counts.set(text, number);
      states.index.set(number, value);
      break;
    case 'add':
      states.sum.add(number);
      states.average.add(number);
      break;
    case 'clear':
      for (const state of Object.values(states)) state.clear();
      break;
    case 'timer':
      subtask.eventTimers.register(number, key, namespace);
      subtask.processingTimers.register(number + 0.5, key, namespace);
      break;
    case 'untimer':
      subtask.eventTimers.delete(number, key, namespace);
      break;
    case 'wait':
      clock.advance(number);
  }
}

/** All that a job could see, in an order that does not depend on the parallelism. */
function observe(cluster: Cluster, clock: ManualClock): unknown {
  const now = clock.nowMs();
  const seen = KEYS.flatMap((key) =>
    NAMESPACES.map((namespace) => {
      const states = statesOf(cluster.at(key, namespace));
      const { anything, visit, words, recent, counts, index, sum, average } = states;
      const single = [anything.get(), visit.get(), sum.get(), average.get()];
      return [single, words.get(), recent.get(), [...counts.entries()], [...index.entries()]];
    }),
  );
  const timers = (['eventTimers', 'processingTimers'] as const).map((kind) =>
    cluster.subtasks
      .flatMap((subtask) => [...subtask[kind].timers()])
      .map(({ timeMs, key, namespace }) => ({
        timeMs,
        key: KEYS.findIndex((of) => isSame(of, key)),
        namespace,
      }))
      .sort(
        (a, b) =>
          a.timeMs - b.timeMs ||
          a.key - b.key ||
          (String(a.namespace) < String(b.namespace) ? -1 : 1),
      ),
  );
  return { now, seen, timers };
}

function isSame(left: Key, right: Key): boolean {
  return (
    groupOf(left) === groupOf(right) &&
    typeof left === typeof right &&
    String(left) === String(right === 0 ? 0 : right)
  );
}

describe('a snapshot by key group', () => {
  it('restored at any parallelism holds the same state and timers', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: MAX }),
        fc.integer({ min: 1, max: MAX }),
        (before, after, from, to) => {
          const [clock, otherClock] = [new ManualClock(100), new ManualClock(100)];
          const kept = new Cluster(from, clock);
          const first = new Cluster(from, otherClock);
          for (const one of before) {
            perform(kept, clock, one);
            perform(first, otherClock, one);
          }
          const rescaled = first.rescale(to, otherClock);
          for (const one of after) {
            perform(kept, clock, one);
            perform(rescaled, otherClock, one);
          }
          expect(observe(rescaled, otherClock)).toStrictEqual(observe(kept, clock));
        },
      ),
      { seed: 20_260_101, numRuns: 150 },
    );
  });

  it('stamps what had no TTL when it is restored, and drops the stamps of what has none any more', () => {
    const clock = new ManualClock(50);
    const range = { start: 0, end: MAX - 1 };
    const plain = { words: listState<string>() };
    const living = { words: listState<string>({ ttl: { ms: 10 } }) };
    const move = (from: HeapKeyedState, to: HeapKeyedState): readonly unknown[] => {
      to.restoreGroup(groupOf('a'), from.snapshotGroup(groupOf('a')));
      to.setCurrentKey('a', groupOf('a'));
      clock.advance(9);
      return (to.states['words'] as ListState<unknown>).get();
    };
    const first = new HeapKeyedState(plain, range);
    first.setCurrentKey('a', groupOf('a'));
    (first.states['words'] as ListState<unknown>).add('it');
    const second = new HeapKeyedState(living, range, { clock });
    expect(move(first, second)).toStrictEqual(['it']);
    const third = new HeapKeyedState(plain, range);
    expect(move(second, third)).toStrictEqual(['it']);
    clock.advance(1);
    expect((second.states['words'] as ListState<unknown>).get()).toStrictEqual([]);
  });

  it('refuses a value that the schema of its state does not hold, by name', () => {
    const cluster = new Cluster(1, new ManualClock());
    statesOf(cluster.at('a', 0)).sum.add('one');
    expect(() => cluster.subtasks[0]?.snapshot()).toThrow(
      expect.objectContaining({
        code: 'RECORD_MISMATCH',
        message: expect.stringContaining(
          'State sum holds what its schema does not: record',
        ) as unknown,
      }),
    );
  });

  it('refuses a version it does not know', () => {
    expect(() => decodeGroup(HEADER, Uint8Array.of(2))).toThrow('has version 2');
  });
});

describe('version 1 of the stored form (I1, I2)', () => {
  const path = 'test/golden/state/keyed-state-v1';
  const content: GroupContent = {
    states: [
      {
        name: 'anything',
        rows: [
          row('a', ['text'], {}),
          row(['a', 7n], [null], { namespace: [0, 10] }),
          row(-1.5, [Math.PI], {}),
          row(9n, [undefined], {}),
          row(true, [false], {}),
        ],
      },
      { name: 'average', rows: [row('a', [{ sum: 2.5, count: 2 }], {})] },
      {
        name: 'counts',
        rows: [row('a', [1, 2], { mapKeys: ['x', 'ÿ'], stampsMs: [1_700_000_000_000, 5] })],
      },
      { name: 'visit', rows: [row('a', [{ page: '/', at: 3, tags: ['t'] }], { stampsMs: [5] })] },
      { name: 'words', rows: [row('a', ['one', 'x'.repeat(300)], {})] },
    ],
    eventTimers: [
      { timeMs: 1_700_000_000_000, key: 'a' },
      { timeMs: 5, key: ['a', 7n], namespace: [0, 10] },
    ],
    processingTimers: [{ timeMs: -1, key: 0 }],
  };

  it('is written as ever', () => {
    expect(JSON.parse(JSON.stringify(HEADER))).toStrictEqual(
      JSON.parse(readFileSync(`${path}.json`, 'utf8')),
    );
    expect(Buffer.from(encodeGroup(HEADER, content)).toString('hex')).toBe(
      readFileSync(`${path}.bin`, 'hex'),
    );
  });

  it('is read as ever', () => {
    const header = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as typeof HEADER;
    expect(decodeGroup(header, readFileSync(`${path}.bin`))).toStrictEqual(content);
  });
});

function row(
  key: Key,
  values: readonly unknown[],
  { namespace, mapKeys, stampsMs }: { namespace?: Key; mapKeys?: unknown[]; stampsMs?: number[] },
) {
  return { key, namespace, values, mapKeys, stampsMs };
}
