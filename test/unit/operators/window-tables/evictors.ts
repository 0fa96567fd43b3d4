// Steps of windows with evictors, which keep their records even for an aggregate.

import { countEvictor, deltaEvictor, timeEvictor } from '../../../../runtime/api/evictors.ts';
import { countTrigger, purging } from '../../../../runtime/api/triggers.ts';
import { globalWindow, sliding, tumbling } from '../../../../runtime/api/windows.ts';
import type { StepRecord, WindowTable } from '../../../support/window-steps.ts';

const HUNDRED = tumbling({ sizeMs: 100 });
const difference = (value: StepRecord, last: StepRecord): number => last.n - value.n;

export const EVICTORS: readonly WindowTable[] = [
  {
    name: 'count: the last n',
    windows: HUNDRED,
    options: { evictor: countEvictor(2) },
    steps: `
      a1@3
      a2@2
      a3@1
      b4@1
      wm 99   | a[0,100):2+3 b[0,100):4
    `,
  },
  {
    name: 'count before: what is evicted is gone when the window fires again',
    windows: HUNDRED,
    options: { evictor: countEvictor(2), trigger: countTrigger(3) },
    steps: `
      a1@1
      a2@2
      a3@3    | a[0,100):2+3
      a4@4
      a5@5
      a6@6    | a[0,100):5+6
      end
    `,
  },
  {
    name: 'count after: the function sees all that was left',
    windows: HUNDRED,
    options: { evictor: countEvictor(2, { when: 'after' }), trigger: countTrigger(3) },
    steps: `
      a1@1
      a2@2
      a3@3    | a[0,100):1+2+3
      a4@4
      a5@5
      a6@6    | a[0,100):2+3+4+5+6
      end
    `,
  },
  {
    name: 'count of nothing, after: a firing consumes',
    windows: globalWindow(),
    options: { evictor: countEvictor(0, { when: 'after' }), trigger: countTrigger(2) },
    steps: `
      a1
      a2      | a*:1+2
      held    | windows=0 timers=0
      a3
      a4      | a*:3+4
    `,
  },
  {
    name: 'count of nothing: the function is called with no record',
    windows: HUNDRED,
    options: { evictor: countEvictor(0) },
    steps: `
      a1@1
      wm 99   | a[0,100):
    `,
    ways: ['process', 'accumulate'],
  },
  {
    name: 'count of nothing: there is nothing to reduce',
    windows: HUNDRED,
    options: { evictor: countEvictor(0) },
    steps: `
      a1@1
      wm 99
    `,
    ways: ['reduce'],
  },
  {
    name: 'time: less than the given time older than the youngest',
    windows: HUNDRED,
    options: { evictor: timeEvictor({ keepMs: 10 }) },
    steps: `
      a1@10
      a2@20
      a3@11
      wm 99   | a[0,100):2+3
    `,
  },
  {
    name: 'time, after, with late records',
    windows: HUNDRED,
    options: { evictor: timeEvictor({ keepMs: 10, when: 'after' }), allowedLatenessMs: 10 },
    steps: `
      a1@10
      a2@20
      wm 99   | a[0,100):1+2
      a3@15   | a[0,100):2+3
      wm 109
    `,
  },
  {
    name: 'time: does nothing where records have none',
    windows: globalWindow(),
    options: { evictor: timeEvictor({ keepMs: 10 }), trigger: purging(countTrigger(2)) },
    steps: `
      a1
      a2      | a*:1+2
    `,
  },
  {
    name: 'delta: less than the threshold away from the last',
    windows: HUNDRED,
    options: { evictor: deltaEvictor({ threshold: 5, deltaOf: difference }) },
    steps: `
      a1@1#0
      a2@2#4
      a3@3#5
      a4@4#9
      wm 99   | a[0,100):3+4
    `,
  },
  {
    name: 'delta, after',
    windows: HUNDRED,
    options: {
      evictor: deltaEvictor({ threshold: 5, deltaOf: difference, when: 'after' }),
      trigger: countTrigger(2),
    },
    steps: `
      a1@1#0
      a2@2#7  | a[0,100):1+2
      a3@3#8
      a4@4#9  | a[0,100):2+3+4
      end
    `,
  },
  {
    name: 'of sliding windows: each has its own records',
    windows: sliding({ sizeMs: 10, slideMs: 5 }),
    options: { evictor: countEvictor(1) },
    steps: `
      a1@6
      a2@7
      a3@11
      wm 9    | a[0,10):2
      wm 14   | a[5,15):3
      wm 19   | a[10,20):3
    `,
  },
  {
    name: "a job's own, on both sides",
    windows: HUNDRED,
    options: {
      trigger: countTrigger(2),
      evictor: {
        label: 'odd before, all but the first after',
        evictBefore: (records) => records.filter(({ value }) => value.n % 2 === 0),
        evictAfter: (records) => records.slice(0, 1),
      },
    },
    steps: `
      a1@1#1
      a2@2#2  | a[0,100):2
      a3@3#4
      a4@4#6  | a[0,100):2+3+4
      a5@5#1
      a6@6#1  | a[0,100):2
      end
    `,
  },
];
