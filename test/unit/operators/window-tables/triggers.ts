// Steps of triggers on windows in event time: the built-in ones, and what a job's own may do.

import {
  continuousEventTimeTrigger,
  countTrigger,
  deltaTrigger,
  eventTimeTrigger,
  neverTrigger,
  processingTimeTrigger,
  purging,
} from '../../../../runtime/api/triggers.ts';
import { sliding, tumbling } from '../../../../runtime/api/windows.ts';
import type { Trigger } from '../../../../runtime/operators/general-window-spec.ts';
import type { StepRecord, WindowTable } from '../../../support/window-steps.ts';

const HUNDRED = tumbling({ sizeMs: 100 });

/**
 * A record's number says what happens: 0 nothing, 1 fire, 2 purge, 3 both. Leaves a timer 50 ms after the window, and fires for
 * every timer: as in Flink, the one that ends the window is among them.
 */
const told: Trigger<StepRecord> = {
  label: 'told',
  onRecord({ n }, _timestampMs, context) {
    context.registerEventTimer(context.window.endMs + 49);
    return (['continue', 'fire', 'purge', 'fire-and-purge'] as const)[n] ?? 'continue';
  },
  onEventTime: () => 'fire',
};

export const TRIGGERS: readonly WindowTable[] = [
  {
    name: 'event time, given by hand, is the default',
    windows: HUNDRED,
    options: { trigger: eventTimeTrigger() },
    steps: `
      a1@1
      a2@99
      wm 98
      wm 99   | a[0,100):1+2
      a3@50   | late:3
    `,
  },
  {
    name: 'count: replaces the default, so the rest of a window is lost',
    windows: HUNDRED,
    options: { trigger: countTrigger(2) },
    steps: `
      a1@1
      b2@1
      a3@2    | a[0,100):1+3
      a4@3
      held    | windows=2 timers=2
      a5@4    | a[0,100):1+3+4+5
      a6@5
      wm 99
    `,
  },
  {
    name: 'count: each window counts for itself',
    windows: sliding({ sizeMs: 10, slideMs: 5 }),
    options: { trigger: countTrigger(2) },
    steps: `
      a1@4
      a2@6    | a[0,10):1+2
      a3@11   | a[5,15):2+3
      a4@12   | a[10,20):3+4
      end
    `,
  },
  {
    name: 'purging count: begins anew after each firing',
    windows: HUNDRED,
    options: { trigger: purging(countTrigger(2)) },
    steps: `
      a1@1
      a2@2    | a[0,100):1+2
      a3@3
      a4@4    | a[0,100):3+4
      a5@5
      end
    `,
  },
  {
    name: 'purging event time: late records fire without those before',
    windows: HUNDRED,
    options: { trigger: purging(eventTimeTrigger()), allowedLatenessMs: 50 },
    steps: `
      a1@1
      wm 99   | a[0,100):1
      a2@5    | a[0,100):2
      wm 148
      a3@6    | a[0,100):3
      wm 149
      a4@7    | late:4
    `,
  },
  {
    name: 'continuous event time: every interval from the first record on, and at the end',
    windows: HUNDRED,
    options: { trigger: continuousEventTimeTrigger({ intervalMs: 30 }) },
    steps: `
      a1@10
      wm 29
      wm 30   | a[0,100):1
      a2@40
      wm 60   | a[0,100):1+2
      wm 89
      a3@70
      wm 90   | a[0,100):1+2+3
      wm 98
      wm 99   | a[0,100):1+2+3
    `,
  },
  {
    name: 'continuous event time: fires for every interval that a watermark passes',
    windows: HUNDRED,
    options: { trigger: continuousEventTimeTrigger({ intervalMs: 30 }) },
    steps: `
      a1@10
      wm 70   | a[0,100):1 a[0,100):1
      end     | a[0,100):1 a[0,100):1
    `,
  },
  {
    name: 'continuous event time: fires at once for late records',
    windows: HUNDRED,
    options: { trigger: continuousEventTimeTrigger({ intervalMs: 60 }), allowedLatenessMs: 20 },
    steps: `
      a1@10
      wm 99   | a[0,100):1 a[0,100):1
      a2@20   | a[0,100):1+2
      wm 118
      wm 119
      a3@20   | late:3
    `,
  },
  {
    name: 'continuous event time, purging: fires what came since',
    windows: HUNDRED,
    options: { trigger: purging(continuousEventTimeTrigger({ intervalMs: 30 })) },
    steps: `
      a1@10
      wm 30   | a[0,100):1
      wm 60
      a2@61
      wm 99   | a[0,100):2
    `,
  },
  {
    name: 'delta: from the record at which the window fired last',
    windows: HUNDRED,
    options: {
      trigger: deltaTrigger({ threshold: 5, deltaOf: (last, value) => value.n - last.n }),
    },
    steps: `
      a1@1#0
      a2@2#5
      a3@3#6  | a[0,100):1+2+3
      a4@4#11
      a5@5#12 | a[0,100):1+2+3+4+5
      b6@5#99
      end
    `,
  },
  {
    name: 'never: does nothing, and the window ends all the same',
    windows: HUNDRED,
    options: { trigger: neverTrigger() },
    steps: `
      a1@1
      held    | windows=1 timers=1
      end
    `,
  },
  {
    name: 'processing time: fires by the clock, and the window ends by event time',
    windows: tumbling({ sizeMs: 10 }),
    options: { trigger: processingTimeTrigger() },
    steps: `
      clock 5
      a1@3
      held      | windows=1 timers=2
      clock 9
      clock 10  | a[0,10):1
      a2@4
      clock 10  | a[0,10):1+2
      wm 8
      held      | windows=1 timers=1
      wm 9
    `,
  },
  {
    name: 'a job decides with each record',
    windows: HUNDRED,
    options: { trigger: told },
    steps: `
      a1@1#0
      a2@2#1  | a[0,100):1+2
      a3@3#2
      a4@4#1  | a[0,100):4
      a5@5#3  | a[0,100):4+5
      a6@6#0
      wm 99   | a[0,100):6
      held    | windows=0 timers=1
      wm 149
    `,
  },
  {
    name: 'a timer of a window that is over does nothing, not even to another window',
    windows: HUNDRED,
    options: { trigger: told },
    steps: `
      a1@1#0
      wm 99   | a[0,100):1
      a2@101#0
      held    | windows=1 timers=3
      wm 149
      held    | windows=1 timers=2
      wm 199  | a[100,200):2
      wm 249
    `,
  },
  {
    name: 'a purged window has nothing to fire, and lives on',
    windows: HUNDRED,
    options: { trigger: told, allowedLatenessMs: 100 },
    steps: `
      a1@1#2
      held    | windows=1 timers=2
      wm 149
      a2@2#0
      a3@3#1  | a[0,100):2+3
      wm 198  | a[0,100):2+3
      wm 199  | a[0,100):2+3
    `,
  },
];
