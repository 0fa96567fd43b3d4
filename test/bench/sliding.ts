// What overlapping windows cost: one window operator by hand, without a cluster around it, for windows of the same slide and
// growing size.

import { count, max, sum } from '../../runtime/api/aggregate.ts';
import { cumulative, sliding, tumbling } from '../../runtime/api/windows.ts';
import { invariant } from '../../runtime/core/invariant.ts';
import type { AggregateColumn, AlignedWindows } from '../../runtime/operators/spec.ts';
import { createWindow } from '../../runtime/operators/window.ts';
import { NO_WATERMARK } from '../../runtime/time/watermark.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { describeSpread, type Figure } from './figures.ts';

const SLIDE_MS = 1_000;
const RECORDS_PER_SLIDE = 100_000;
const KEYS = 10_000;
const SLIDES = 120;
const WARM_UP_SLIDES = 60; // as many as the largest window holds
const STATE_BYTES = 1024 ** 3;
const WATERMARK_EVERY = 1_000;

interface Bid {
  readonly auction: number;
  readonly price: number;
}

const CASES: readonly (readonly [string, AlignedWindows])[] = [
  ['tumbling', tumbling({ sizeMs: SLIDE_MS })],
  ...[1, 5, 60].map(
    (times) =>
      [
        `sliding, size ${times} x slide`,
        sliding({ sizeMs: times * SLIDE_MS, slideMs: SLIDE_MS }),
      ] as const,
  ),
  ['cumulative, 60 steps', cumulative({ sizeMs: 60 * SLIDE_MS, stepMs: SLIDE_MS })],
];

const COLUMNS = Object.entries({ bids: count(), volume: sum('price'), highest: max('price') });

/** Records per processor second of count, sum and maximum over 10,000 keys, 10 records a key and slide, by turns. */
export function measureSliding(rounds: number): readonly Figure[] {
  const rates = CASES.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, [, windows]] of CASES.entries()) {
      const rate = rateOf(windows);
      if (round > 0) rates[index]?.push(rate / 1e6); // the first round compiles
    }
  }
  return CASES.map(([name], index) => ({
    name: `${name}: per CPU second`,
    spread: describeSpread(rates[index] ?? [], 'M records'),
  }));
}

function rateOf(windows: AlignedWindows): number {
  const selector = { keyOf: (value: unknown) => (value as Bid).auction, fields: ['auction'] };
  const columns = COLUMNS.map(([name, aggregate]): AggregateColumn => ({ name, ...aggregate }));
  const evaluation = { kind: 'columns', columns } as const;
  let results = 0;
  let watermarkMs = NO_WATERMARK;
  const { operator } = new OperatorHarness(
    (context) =>
      createWindow(
        { kind: 'window', selector, windows, evaluation },
        { ...context, emit: () => results++, currentWatermark: () => watermarkMs },
      ),
    { stateBytes: STATE_BYTES },
  );
  const bids = Array.from({ length: RECORDS_PER_SLIDE }, (_, index): Bid => ({
    auction: (index * 7919) % KEYS,
    price: index % 997,
  }));
  let started = process.cpuUsage();
  for (let slide = 0; slide < WARM_UP_SLIDES + SLIDES; slide++) {
    if (slide === WARM_UP_SLIDES) {
      started = process.cpuUsage();
      results = 0;
    }
    for (const [index, bid] of bids.entries()) {
      const timestampMs = slide * SLIDE_MS + Math.floor((index * SLIDE_MS) / RECORDS_PER_SLIDE);
      operator.process(bid, timestampMs);
      if (index % WATERMARK_EVERY !== 0) continue;
      watermarkMs = timestampMs - 1;
      operator.advanceWatermark?.(watermarkMs);
    }
  }
  const { user, system } = process.cpuUsage(started);
  invariant(results === SLIDES * KEYS, `${results} results: one a key and slide`);
  return (SLIDES * RECORDS_PER_SLIDE * 1e6) / (user + system);
}
