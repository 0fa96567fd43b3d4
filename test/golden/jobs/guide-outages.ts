// outages: loops, type guards, and events that must not come. A machine fails again and again, and nobody repairs it.

import { z } from 'zod';
import { defineJob, detect, fromCollection, monotonousTimestamps, print } from 'millrace';

type Report =
  | { readonly kind: 'failure'; readonly machine: string; readonly hour: number; readonly code: number }
  | { readonly kind: 'repair'; readonly machine: string; readonly hour: number; readonly by: string };

const HOUR_MS = 3_600_000;
const REPORTS: readonly Report[] = [
  { kind: 'failure', machine: 'press', hour: 1, code: 17 },
  { kind: 'failure', machine: 'mill', hour: 2, code: 40 },
  { kind: 'failure', machine: 'press', hour: 3, code: 17 },
  { kind: 'failure', machine: 'press', hour: 4, code: 99 },
  { kind: 'repair', machine: 'press', hour: 5, by: 'Ada' },
  { kind: 'failure', machine: 'mill', hour: 6, code: 41 },
  { kind: 'failure', machine: 'mill', hour: 7, code: 41 },
];

export default defineJob({
  name: 'outages',
  parameters: z.object({}),
  build(env) {
    const machines = env
      .from(fromCollection(REPORTS), {
        watermarks: monotonousTimestamps({ timestamp: ({ hour }) => hour * HOUR_MS }),
      })
      .keyBy('machine');

    // All failures up to a repair: the guards make failures of the one and a repair of the other.
    detect(
      machines,
      (pattern) =>
        pattern
          .begin('failures', {
            where: (report) => report.kind === 'failure',
            times: { from: 2 },
            greedy: true,
          })
          .followedBy('repair', { where: (report) => report.kind === 'repair' }),
      {
        skip: 'past-last-event',
        select: ({ failures, repair }) => ({
          codes: failures.map(({ code }) => code),
          by: repair[0].by,
        }),
      },
    ).to(print());

    // Two failures in a row, and no repair within five hours of the first.
    detect(
      machines,
      (pattern) =>
        pattern
          .begin('first', { where: ({ kind }) => kind === 'failure' })
          .next('second', { where: ({ kind }) => kind === 'failure' })
          .notFollowedBy('repair', { where: ({ kind }) => kind === 'repair' }),
      {
        withinMs: 5 * HOUR_MS,
        select: ({ first, second }, { key, timestampMs }) => ({
          unrepaired: key,
          failed: [first[0].hour, second[0].hour],
          atHour: timestampMs / HOUR_MS,
        }),
      },
    ).to(print());
  },
});
