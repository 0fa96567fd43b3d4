// Steps of windows in processing time: watermarks and timestamps say nothing, a timer is due a millisecond after its time.

import {
  continuousProcessingTimeTrigger,
  countTrigger,
  eventTimeTrigger,
  purging,
  processingTimeTrigger,
} from '../../../../runtime/api/triggers.ts';
import {
  cumulative,
  globalWindow,
  session,
  sliding,
  tumbling,
  tumblingDays,
} from '../../../../runtime/api/windows.ts';
import type { WindowTable } from '../../../support/window-steps.ts';

const TEN = tumbling({ sizeMs: 10, time: 'processing' });

export const PROCESSING_TIME: readonly WindowTable[] = [
  {
    name: 'tumbling: the clock decides',
    windows: TEN,
    steps: `
      clock 3
      a1
      b2@99
      wm 1000
      clock 9
      a3@1
      held      | windows=2 timers=2
      clock 10  | a[0,10):1+3 b[0,10):2
      a4
      clock 19
      clock 20  | a[10,20):4
    `,
  },
  {
    name: 'tumbling: what is open at the end of the input fires then',
    windows: TEN,
    steps: `
      a1
      clock 8
      b2
      end       | a[0,10):1 b[0,10):2
      clock 10
    `,
  },
  {
    name: 'sliding: what is open at the end of the input fires in order of time',
    windows: sliding({ sizeMs: 10, slideMs: 5, time: 'processing' }),
    steps: `
      clock 7
      a1
      end       | a[0,10):1 a[5,15):1
    `,
  },
  {
    name: 'sessions: what is open at the end of the input fires then',
    windows: session({ gapMs: 10, time: 'processing' }),
    steps: `
      a1
      clock 4
      a2
      b3
      end       | a[0,14):1+2 b[4,14):3
    `,
  },
  {
    name: 'global windows: a trigger that sets a timer whenever one has fired ends with the input',
    windows: globalWindow(),
    options: { trigger: continuousProcessingTimeTrigger({ intervalMs: 10 }) },
    steps: `
      a1
      end       | a*:1
    `,
    left: 'windows=1 timers=1',
  },
  {
    name: 'tumbling: starts at the offset',
    windows: tumbling({ sizeMs: 10, offsetMs: 4, time: 'processing' }),
    steps: `
      clock 3
      a1
      clock 4   | a[-6,4):1
      a2
      clock 14  | a[4,14):2
    `,
  },
  {
    name: 'sliding',
    windows: sliding({ sizeMs: 10, slideMs: 5, time: 'processing' }),
    steps: `
      clock 7
      a1
      clock 10  | a[0,10):1
      a2
      clock 15  | a[5,15):1+2
      clock 20  | a[10,20):2
    `,
  },
  {
    name: 'cumulative',
    windows: cumulative({ sizeMs: 10, stepMs: 5, time: 'processing' }),
    steps: `
      clock 1
      a1
      clock 5   | a[0,5):1
      a2
      clock 10  | a[0,10):1+2
    `,
  },
  {
    name: 'sessions: a gap of the clock',
    windows: session({ gapMs: 10, time: 'processing' }),
    steps: `
      a1@500
      clock 5
      a2@3
      held      | windows=1 timers=1
      clock 14
      clock 15  | a[0,15):1+2
      a3
      clock 25  | a[15,25):3
    `,
  },
  {
    name: 'sessions: a gap of each record',
    windows: session({ gapMs: ({ n }) => n, time: 'processing' }),
    steps: `
      a1#5
      b2#20
      clock 4
      a3#2
      clock 6   | a[0,6):1+3
      clock 20  | b[0,20):2
    `,
  },
  {
    name: 'days, which are the whole of this test',
    windows: tumblingDays({ timeZone: 'UTC', time: 'processing' }),
    steps: `
      clock 3
      a1
      clock 86399999
      a2
      clock 86400000  | a[0,86400000):1+2
    `,
  },
  {
    name: 'processing-time trigger, given by hand, is the default',
    windows: TEN,
    options: { trigger: processingTimeTrigger() },
    steps: `
      a1
      clock 10  | a[0,10):1
    `,
  },
  {
    name: 'count trigger, purging',
    windows: TEN,
    options: { trigger: purging(countTrigger(2)) },
    steps: `
      a1
      a2        | a[0,10):1+2
      a3
      clock 10
    `,
  },
  {
    name: 'event-time trigger: fires by the watermark, and the window ends by the clock',
    windows: TEN,
    options: { trigger: eventTimeTrigger() },
    steps: `
      a1
      wm 8
      wm 9      | a[0,10):1
      a2        | a[0,10):1+2
      clock 9
      held      | windows=1 timers=1
      clock 10
    `,
  },
  {
    name: 'continuous trigger: every interval, and at the end',
    windows: tumbling({ sizeMs: 25, time: 'processing' }),
    options: { trigger: continuousProcessingTimeTrigger({ intervalMs: 10 }) },
    steps: `
      a1
      clock 10
      clock 11  | a[0,25):1
      a2
      clock 21  | a[0,25):1+2
      a3
      clock 24
      clock 25  | a[0,25):1+2+3
    `,
  },
  {
    name: 'continuous trigger: fires for every interval when the clock jumps, and once at the end',
    windows: tumbling({ sizeMs: 25, time: 'processing' }),
    options: { trigger: continuousProcessingTimeTrigger({ intervalMs: 10 }) },
    steps: `
      a1
      clock 99  | a[0,25):1 a[0,25):1 a[0,25):1
    `,
  },
  {
    name: 'continuous trigger in event time: by the clock after the end of the window too',
    windows: tumbling({ sizeMs: 25 }),
    options: { trigger: continuousProcessingTimeTrigger({ intervalMs: 10 }) },
    steps: `
      clock 100
      a1@1
      clock 110
      clock 111  | a[0,25):1
      clock 121  | a[0,25):1
      wm 24
    `,
  },
  {
    name: 'continuous trigger on sessions: the next time to fire follows a merge',
    windows: session({ gapMs: 15, time: 'processing' }),
    options: { trigger: continuousProcessingTimeTrigger({ intervalMs: 10 }) },
    steps: `
      clock 2
      a1
      clock 8
      a2
      clock 11  | a[2,23):1+2
      clock 21  | a[2,23):1+2
      clock 22
      clock 23  | a[2,23):1+2
    `,
  },
];
