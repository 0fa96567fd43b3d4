// A job with a function of each kind, of which one throws at the record that holds `at`.

import { z } from 'zod';
import {
  collect,
  csvFile,
  customWatermarks,
  defineJob,
  generate,
  monotonousTimestamps,
  type OperatorStream,
  type Stream,
  tumbling,
  valueState,
} from '../../../runtime/index.ts';

/** The kinds of functions that a job can hand to the engine. */
export const PLACES = [
  'source',
  'source timestamp',
  'timestamp',
  'watermark generator',
  'map',
  'filter',
  'flatMap',
  'flatMap half-way',
  'process',
  'validated',
  'key',
  'partitioner',
  'reduce',
  'keyed process',
  'event timer',
  'processing timer',
  'window create',
  'window add',
  'window result',
  'sink column',
] as const;
export type Place = (typeof PLACES)[number];

interface Item {
  readonly value: number;
}

/** The error that the failing function throws. */
function boom(): never {
  throw new RangeError('out of luck');
}

export default defineJob({
  name: 'failing',
  parameters: z.object({ place: z.enum(PLACES), at: z.number(), out: z.string().default('') }),
  build(env, { place, at, out }) {
    const unlucky = (here: Place, value: number): boolean => here === place && value === at;
    const tryLuck = (here: Place, value: number): number => (unlucky(here, value) ? boom() : value);
    const items = env
      .from(
        generate<Item>({
          count: 100,
          recordsPerSecond: place === 'processing timer' ? 200 : undefined,
          make: (index) => ({ value: tryLuck('source', index) }),
          timestamp: ({ value }) => tryLuck('source timestamp', value),
        }),
        {
          watermarks:
            place === 'watermark generator'
              ? customWatermarks<Item>(() => ({
                  onRecord: ({ value }) => tryLuck('watermark generator', value),
                  current: () => 0,
                }))
              : monotonousTimestamps<Item>({
                  timestamp: ({ value }) => tryLuck('timestamp', value),
                }),
        },
      )
      .named('items')
      .uid('items');
    branchOf(items, { place, unlucky, tryLuck, out }).named('suspect').uid('suspect');
  },
});

interface Trial {
  readonly place: Place;
  readonly out: string;
  readonly unlucky: (here: Place, value: number) => boolean;
  readonly tryLuck: (here: Place, value: number) => number;
}

/** The operator under trial, with a sink behind it unless it is one. */
function branchOf(items: Stream<Item>, trial: Trial): OperatorStream<unknown> {
  if (trial.place === 'sink column') {
    const value = (item: Item): number => trial.tryLuck('sink column', item.value);
    const columns = [{ name: 'value', value }];
    return items.rebalance().to(csvFile({ directory: trial.out, columns }));
  }
  const suspect = statelessSuspect(items.rebalance(), trial) ?? keyedSuspect(items, trial);
  suspect.to(collect<unknown>());
  return suspect;
}

function statelessSuspect(
  items: Stream<Item>,
  { place, unlucky, tryLuck }: Trial,
): OperatorStream<unknown> | undefined {
  switch (place) {
    case 'map':
      return items.map(({ value }) => tryLuck('map', value));
    case 'filter':
      return items.filter(({ value }) => tryLuck('filter', value) > 0);
    case 'flatMap':
      return items.flatMap(({ value }): unknown[] => [tryLuck('flatMap', value)]);
    case 'flatMap half-way':
      return items.flatMap(function* ({ value }): Generator {
        yield value;
        yield tryLuck('flatMap half-way', value);
      });
    case 'process':
      return items.process<unknown>(({ value }, context) => {
        context.emit(tryLuck('process', value));
      });
    case 'validated':
      return items.validated(
        z.object({ value: z.number() }).transform(({ value }): unknown => tryLuck('validated', value)),
      );
    case 'partitioner':
      return items
        .partitionBy(({ value }, subtasks) => (unlucky('partitioner', value) ? boom() : value % subtasks))
        .map((item): unknown => item);
    default:
      return undefined;
  }
}

function keyedSuspect(items: Stream<Item>, { place, tryLuck }: Trial): OperatorStream<unknown> {
  const keyed = items.keyBy(({ value }) => tryLuck('key', value) % 10);
  if (place === 'reduce') {
    return keyed.reduce((_, right) => ({
      value: tryLuck('reduce', right.value),
    })) as OperatorStream<unknown>;
  }
  if (!place.startsWith('window')) return timedSuspect(items, tryLuck);
  return items
    .keyBy(({ value }) => value)
    .window(tumbling({ sizeMs: 10 }))
    .accumulate(
      {
        create: () => (place === 'window create' ? boom() : 0),
        add: (sum, { value }) => sum + tryLuck('window add', value),
        result: (sum) => sum,
      },
      (sum, key): unknown => sum + tryLuck('window result', key),
    );
}

function timedSuspect(
  items: Stream<Item>,
  tryLuck: (here: Place, value: number) => number,
): OperatorStream<unknown> {
  return items
    .keyBy(({ value }) => tryLuck('key', value))
    .process({
      state: { seen: valueState<number>() },
      onRecord({ value }, context) {
        context.state.seen.set(tryLuck('keyed process', value));
        context.registerEventTimer(value + 1);
        context.registerProcessingTimer(context.nowMs + 1);
      },
      onEventTimer(_, { key }) {
        tryLuck('event timer', key);
      },
      onProcessingTimer(_, { key }) {
        tryLuck('processing timer', key);
      },
    });
}
