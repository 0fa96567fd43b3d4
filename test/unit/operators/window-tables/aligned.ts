// Steps of tumbling, sliding and cumulative windows in event time.

import { cumulative, sliding, tumbling } from '../../../../runtime/api/windows.ts';
import type { WindowTable } from '../../../support/window-steps.ts';

export const ALIGNED: readonly WindowTable[] = [
  {
    name: 'tumbling: fires when the watermark reaches the last millisecond, not before',
    windows: tumbling({ sizeMs: 10 }),
    steps: `
      a1@0
      a2@9
      wm 8
      wm 9   | a[0,10):1+2
      end
    `,
  },
  {
    name: 'tumbling: fires windows in order of time, keys in order of arrival',
    windows: tumbling({ sizeMs: 10 }),
    steps: `
      b1@3
      a2@1
      a3@12
      b4@10
      wm 25  | b[0,10):1 a[0,10):2 a[10,20):3 b[10,20):4
    `,
  },
  {
    name: 'tumbling: takes a record behind the watermark as long as its window is open',
    windows: tumbling({ sizeMs: 10 }),
    steps: `
      a1@5
      wm 7
      a2@3
      wm 9   | a[0,10):1+2
      a3@9   | late:3
      a4@10
      b5@2   | late:5
      end    | a[10,20):4
    `,
  },
  {
    name: 'tumbling: starts at the offset, before the epoch too',
    windows: tumbling({ sizeMs: 10, offsetMs: 3 }),
    steps: `
      a1@-8
      a2@-7
      a3@2
      a4@3
      wm -8  | a[-17,-7):1
      wm 1
      wm 2   | a[-7,3):2+3
      end    | a[3,13):4
    `,
  },
  {
    name: 'tumbling: holds a window and a timer for each key, and nothing afterwards',
    windows: tumbling({ sizeMs: 10 }),
    ways: ['process'],
    steps: `
      a1@1
      held   | windows=1 timers=1
      a2@2
      held   | windows=1 timers=1
      b3@1
      a4@11
      held   | windows=3 timers=3
      wm 9   | a[0,10):1+2 b[0,10):3
      held   | windows=1 timers=1
      end    | a[10,20):4
      held   | windows=0 timers=0
    `,
  },
  {
    name: 'sliding: has a record in every window that contains it',
    windows: sliding({ sizeMs: 10, slideMs: 5 }),
    steps: `
      a1@7
      a2@12
      wm 9   | a[0,10):1
      wm 14  | a[5,15):1+2
      wm 19  | a[10,20):2
    `,
  },
  {
    name: 'sliding: takes a record into the windows that are still open, and calls it late when none is',
    windows: sliding({ sizeMs: 10, slideMs: 5 }),
    steps: `
      a1@7
      wm 9   | a[0,10):1
      a2@8
      wm 14  | a[5,15):1+2
      a3@9   | late:3
      a4@10
      end    | a[10,20):4
    `,
  },
  {
    name: 'sliding: starts at the offset',
    windows: sliding({ sizeMs: 10, slideMs: 5, offsetMs: 2 }),
    steps: `
      a1@1
      wm 1   | a[-8,2):1
      wm 6   | a[-3,7):1
    `,
  },
  {
    name: 'sliding with gaps: a record between windows is late only by its own time',
    windows: sliding({ sizeMs: 4, slideMs: 10 }),
    steps: `
      wm 3
      a1@5
      a2@13
      wm 6
      a3@5   | late:3
      a4@7
      end    | a[10,14):2
    `,
  },
  {
    name: 'cumulative: grows from a common start, then begins anew',
    windows: cumulative({ sizeMs: 15, stepMs: 5 }),
    steps: `
      a1@2
      wm 4   | a[0,5):1
      a2@7
      wm 9   | a[0,10):1+2
      a3@14
      a4@15
      wm 14  | a[0,15):1+2+3
      a5@3   | late:5
      wm 19  | a[15,20):4
      end    | a[15,25):4 a[15,30):4
    `,
  },
];
