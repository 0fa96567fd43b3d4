// Steps of global windows, count windows, and windows over all records.

import {
  continuousEventTimeTrigger,
  continuousProcessingTimeTrigger,
  countTrigger,
  deltaTrigger,
  eventTimeTrigger,
  neverTrigger,
  purging,
} from '../../../../runtime/api/triggers.ts';
import { globalWindow, session, tumbling } from '../../../../runtime/api/windows.ts';
import { Environment } from '../../../../runtime/api/environment.ts';
import { fromCollection } from '../../../../runtime/connectors/collection/spec.ts';
import type { StepRecord, WindowTable } from '../../../support/window-steps.ts';

const GLOBAL = globalWindow();
const all = () => new Environment().from(fromCollection<StepRecord>([]));

export const GLOBALS: readonly WindowTable[] = [
  {
    name: 'count window: every n records of a key',
    windows: (keyed) => keyed.countWindow(2),
    steps: `
      a1
      b2
      a3    | a*:1+3
      held  | windows=1 timers=0
      a4
      a5    | a*:4+5
      b6    | b*:2+6
      held  | windows=0 timers=0
      a7
      end
    `,
    left: 'windows=1 timers=0',
  },
  {
    name: 'count window of one: every record, and nothing is held',
    windows: (keyed) => keyed.countWindow(1),
    steps: `
      a1    | a*:1
      a2    | a*:2
    `,
  },
  {
    name: 'sliding count window: after every slide records, of the last n',
    windows: (keyed) => keyed.countWindow(3, 2),
    steps: `
      a1
      a2    | a*:1+2
      b3
      a4
      a5    | a*:2+4+5
      a6
      a7    | a*:5+6+7
      b8    | b*:3+8
    `,
    left: 'windows=2 timers=0',
  },
  {
    name: 'sliding count window: a slide longer than the window leaves records out',
    windows: (keyed) => keyed.countWindow(2, 3),
    steps: `
      a1
      a2
      a3    | a*:2+3
      a4
      a5
      a6    | a*:5+6
    `,
    left: 'windows=1 timers=0',
  },
  {
    name: 'nothing is late in a global window, with a timestamp or without',
    windows: GLOBAL,
    options: { trigger: countTrigger(2) },
    steps: `
      wm 100
      a1@5
      a2    | a*:1+2
      a3@1
      a4@2  | a*:1+2+3+4
      end
      a5@1
      a6@2  | a*:1+2+3+4+5+6
    `,
    left: 'windows=1 timers=0',
  },
  {
    name: 'an event-time trigger fires a global window at the end of event time',
    windows: GLOBAL,
    options: { trigger: eventTimeTrigger() },
    steps: `
      a1@5
      wm 99999
      held  | windows=1 timers=1
      end   | a*:1
    `,
    left: 'windows=1 timers=0',
  },
  {
    name: 'a global window that was purged and waits for nothing is gone',
    windows: GLOBAL,
    options: { trigger: purging(eventTimeTrigger()) },
    steps: `
      a1@5
      b2@7
      end   | a*:1 b*:2
    `,
  },
  {
    name: 'never, said by hand',
    windows: GLOBAL,
    options: { trigger: neverTrigger() },
    steps: `
      a1@5
      end
    `,
    left: 'windows=1 timers=0',
  },
  {
    name: 'delta',
    windows: GLOBAL,
    options: {
      trigger: purging(deltaTrigger({ threshold: 5, deltaOf: (last, value) => value.n - last.n })),
    },
    steps: `
      a1#0
      a2#6   | a*:1+2
      a3#11
      a4#12  | a*:3+4
    `,
    left: 'windows=1 timers=0',
  },
  {
    name: 'continuous event time: once more at the end of event time, not for ever',
    windows: GLOBAL,
    options: { trigger: continuousEventTimeTrigger({ intervalMs: 10 }) },
    steps: `
      a1@5
      wm 9
      wm 10  | a*:1
      a2@12
      wm 19
      wm 20  | a*:1+2
      end    | a*:1+2 a*:1+2
    `,
    left: 'windows=1 timers=0',
  },
  {
    name: 'continuous processing time: every interval of the clock, aligned to it',
    windows: GLOBAL,
    options: { trigger: continuousProcessingTimeTrigger({ intervalMs: 10 }) },
    steps: `
      clock 5
      a1
      clock 10
      clock 11  | a*:1
      a2
      clock 20
      clock 21  | a*:1+2
      clock 41  | a*:1+2 a*:1+2
    `,
    left: 'windows=1 timers=1',
  },
  {
    name: 'over all records: one window, whatever the key',
    windows: () => all().windowAll(tumbling({ sizeMs: 10 })) as never,
    steps: `
      a1@1
      b2@2
      c3@11
      wm 9   | [0,10):1+2
      a4@3   | late:4
      wm 19  | [10,20):3
    `,
  },
  {
    name: 'over all records: sessions',
    windows: () => all().windowAll(session({ gapMs: 10 })) as never,
    steps: `
      a1@1
      b2@9
      wm 18  | [1,19):1+2
    `,
  },
  {
    name: 'over all records: every n of them',
    windows: () => all().countWindowAll(2) as never,
    steps: `
      a1
      b2     | *:1+2
      c3
      a4     | *:3+4
    `,
  },
  {
    name: 'over all records: the last n, after every slide',
    windows: () => all().countWindowAll(2, 1) as never,
    steps: `
      a1     | *:1
      b2     | *:1+2
      c3     | *:2+3
    `,
    left: 'windows=1 timers=0',
  },
];
