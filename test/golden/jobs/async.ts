// A service that answers late, out of order and not always at once, in front of windows that would see any record that
// came behind its watermark.

import { z } from 'zod';
import {
  boundedOutOfOrderness,
  collect,
  count,
  defineJob,
  generate,
  outputTag,
  sum,
  tumbling,
} from '../../../runtime/index.ts';
import { systemClock } from '../../../runtime/core/clock.ts';

/** A question; `atMs` grows by 10 with each. */
export interface Question {
  readonly id: number;
  readonly group: number;
  readonly atMs: number;
}

export const WINDOW_MS = 500;
const CAPACITY = 8;
const RETRIED = outputTag<{ readonly branch: string; readonly id: number }>('retried');

function wait(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    systemClock.after(delayMs, resolve);
  });
}

export default defineJob({
  name: 'async',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    let inFlight = 0;
    const questions = env.from(
      generate({
        count: records,
        make: (id): Question => ({ id, group: id % 3, atMs: id * 10 }),
      }),
      {
        watermarks: boundedOutOfOrderness(0, {
          timestamp: (question: Question) => question.atMs,
          emit: 'every-record',
        }),
      },
    );
    const ordered = questions
      .rebalance()
      .mapAsync(
        async ({ id }, { attempt, output }) => {
          inFlight++;
          const inFlightNow = inFlight;
          await wait((id * 7) % 4);
          inFlight--;
          if (id % 5 === 0 && attempt < 3) throw new Error(`try ${id} again`);
          if (attempt > 1) output(RETRIED, { branch: 'retried', id });
          return { branch: 'ordered', id, isWithinCapacity: inFlightNow <= CAPACITY };
        },
        {
          timeoutMs: 20_000,
          capacity: CAPACITY,
          retry: { attemptsMax: 3, delayMs: 1, multiplier: 2 },
        },
      )
      .uid('ordered');
    const windows = questions
      .mapAsync(
        async (question) => {
          await wait((question.id * 11) % 5);
          return question;
        },
        { timeoutMs: 20_000, capacity: CAPACITY, order: 'unordered' },
      )
      .map((question) => question)
      .keyBy('group')
      .window(tumbling({ sizeMs: WINDOW_MS }))
      .aggregate({ questions: count(), ids: sum('id') });
    const slow = questions
      .filter(({ id }) => id % 50 === 0)
      .mapAsync(({ id }) => wait(60_000).then(() => ({ branch: 'answered', id })), {
        timeoutMs: 5,
        onTimeout: ({ id }) => ({ branch: 'timeout', id }),
      });
    const branches = [
      ordered,
      ordered.sideOutput(RETRIED),
      slow,
      windows.map((window) => ({ branch: 'window', ...window })),
      windows.late().map((question) => ({ branch: 'late', ...question })),
    ];
    for (const branch of branches) branch.to(collect<unknown>());
  },
});
