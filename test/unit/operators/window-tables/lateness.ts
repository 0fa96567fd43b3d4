// Steps of windows in event time that take records after their end.

import { cumulative, sliding, tumbling } from '../../../../runtime/api/windows.ts';
import type { WindowTable } from '../../../support/window-steps.ts';

const TEN = tumbling({ sizeMs: 10 });

export const LATENESS: readonly WindowTable[] = [
  {
    name: 'fires at the end, and again for each late record, until the lateness is over',
    windows: TEN,
    options: { allowedLatenessMs: 5 },
    steps: `
      a1@1
      wm 9    | a[0,10):1
      held    | windows=1 timers=1
      a2@2    | a[0,10):1+2
      a3@10
      wm 13
      a4@9    | a[0,10):1+2+4
      wm 14
      held    | windows=1 timers=2
      a5@9    | late:5
      end     | a[10,20):3
    `,
  },
  {
    name: 'opens a window after its end, which fires at once',
    windows: TEN,
    options: { allowedLatenessMs: 5 },
    steps: `
      wm 12
      a1@3    | a[0,10):1
      b2@4    | b[0,10):2
      held    | windows=2 timers=2
      wm 14
      a3@3    | late:3
    `,
  },
  {
    name: 'counts from the end of the window: an old record of a young window is not late',
    windows: TEN,
    options: { allowedLatenessMs: 5 },
    steps: `
      wm 13
      a1@0    | a[0,10):1
      wm 14
      a2@10
      end     | a[10,20):2
    `,
  },
  {
    name: 'sliding: each window has its own lateness',
    windows: sliding({ sizeMs: 10, slideMs: 5 }),
    options: { allowedLatenessMs: 5 },
    steps: `
      a1@7
      wm 9    | a[0,10):1
      a2@6    | a[0,10):1+2
      wm 14   | a[5,15):1+2
      a3@5    | a[5,15):1+2+3
      wm 18
      a4@9    | a[5,15):1+2+3+4
      wm 19
      a5@9    | late:5
    `,
  },
  {
    name: 'sliding with gaps: a record without windows is late only after the lateness',
    windows: sliding({ sizeMs: 4, slideMs: 10 }),
    options: { allowedLatenessMs: 3 },
    steps: `
      wm 7
      a1@5
      wm 8
      a2@5    | late:2
    `,
  },
  {
    name: 'cumulative: the short windows end first',
    windows: cumulative({ sizeMs: 10, stepMs: 5 }),
    options: { allowedLatenessMs: 2 },
    steps: `
      a1@1
      wm 4    | a[0,5):1
      a2@2    | a[0,5):1+2
      wm 6
      a3@3
      wm 9    | a[0,10):1+2+3
      a4@4    | a[0,10):1+2+3+4
      wm 11
      a5@4    | late:5
    `,
  },
  {
    name: 'as long as time itself: a window never ends, until event time does',
    windows: TEN,
    options: { allowedLatenessMs: Number.MAX_SAFE_INTEGER },
    steps: `
      a1@1
      wm 9     | a[0,10):1
      wm 99999
      a2@2     | a[0,10):1+2
      held     | windows=1 timers=0
      end
      a3@3     | late:3
    `,
    left: 'windows=1 timers=0',
  },
];
