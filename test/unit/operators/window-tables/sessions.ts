// Steps of session windows in event time: when sessions merge, what is late, and what triggers and lateness make of merges.

import { countEvictor } from '../../../../runtime/api/evictors.ts';
import {
  continuousEventTimeTrigger,
  countTrigger,
  purging,
  eventTimeTrigger,
} from '../../../../runtime/api/triggers.ts';
import { session } from '../../../../runtime/api/windows.ts';
import type { WindowTable } from '../../../support/window-steps.ts';

const TEN = session({ gapMs: 10 });

export const SESSIONS: readonly WindowTable[] = [
  {
    name: 'end a gap after the last record',
    windows: TEN,
    steps: `
      a1@0
      wm 8
      wm 9   | a[0,10):1
    `,
  },
  {
    name: 'grow forward and backward',
    windows: TEN,
    steps: `
      a1@10
      a2@17
      a3@5
      wm 25
      wm 26  | a[5,27):1+2+3
    `,
  },
  {
    name: 'are one when they touch',
    windows: TEN,
    steps: `
      a1@0
      a2@10
      wm 19  | a[0,20):1+2
    `,
  },
  {
    name: 'are two when a millisecond is between them',
    windows: TEN,
    steps: `
      a1@0
      a2@11
      wm 20  | a[0,10):1 a[11,21):2
    `,
  },
  {
    name: 'become one when a record bridges them: contents in order of start, then the record',
    windows: TEN,
    steps: `
      a1@20
      a2@0
      held   | windows=2 timers=2
      a3@10
      held   | windows=1 timers=1
      wm 9
      wm 28
      wm 29  | a[0,30):2+1+3
    `,
  },
  {
    name: 'stay as they are when a record lies within',
    windows: TEN,
    steps: `
      a1@0
      a2@8
      a3@4
      wm 17  | a[0,18):1+2+3
    `,
  },
  {
    name: 'belong to one key',
    windows: TEN,
    steps: `
      a1@0
      b2@3
      a3@5
      wm 12  | b[3,13):2
      wm 14  | a[0,15):1+3
    `,
  },
  {
    name: 'are late by the end they would have, not by the time of the record',
    windows: TEN,
    steps: `
      a1@0
      wm 9   | a[0,10):1
      a2@0   | late:2
      a3@1
      wm 10  | a[1,11):3
    `,
  },
  {
    name: 'take a record that is late by itself when it merges with an open one',
    windows: TEN,
    steps: `
      a1@10
      wm 12
      a2@1
      b3@1   | late:3
      wm 18
      wm 19  | a[1,20):1+2
    `,
  },
  {
    name: 'may have a gap of each record',
    windows: session({ gapMs: ({ n }) => n }),
    steps: `
      a1@0#5
      a2@4#20
      a3@2#3
      b4@0#1
      wm 0   | b[0,1):4
      wm 22
      wm 23  | a[0,24):1+2+3
    `,
  },
  {
    name: 'keep what they hold when a gap makes a window of exactly their bounds',
    windows: session({ gapMs: ({ n }) => n }),
    steps: `
      a1@0#10
      a2@5#10
      a3@0#15
      wm 14  | a[0,15):1+2+3
    `,
  },
  {
    name: 'fire again for late records, and grow after they have fired',
    windows: TEN,
    options: { allowedLatenessMs: 10 },
    steps: `
      a1@0
      wm 9   | a[0,10):1
      a2@5
      held   | windows=1 timers=2
      wm 14  | a[0,15):1+2
      a3@2   | a[0,15):1+2+3
      wm 23
      held   | windows=1 timers=1
      wm 24
      a4@2   | late:4
    `,
  },
  {
    name: 'merge after both have fired, and fire at once, within the lateness of the merged one',
    windows: TEN,
    options: { allowedLatenessMs: 20 },
    steps: `
      a1@0
      a2@15
      wm 24  | a[0,10):1 a[15,25):2
      a3@9   | a[0,25):1+2+3
      wm 43
      a4@24  | a[0,34):1+2+3+4
      wm 44
      held   | windows=1 timers=1
      wm 53
    `,
  },
  {
    name: 'with an event-time trigger that purges: a late record fires alone',
    windows: TEN,
    options: { allowedLatenessMs: 10, trigger: purging(eventTimeTrigger()) },
    steps: `
      a1@0
      wm 9   | a[0,10):1
      a2@3
      wm 12  | a[0,13):2
      a3@1   | a[0,13):3
      wm 22
    `,
  },
  {
    name: 'with a count trigger: counts add up when sessions merge',
    windows: TEN,
    options: { trigger: countTrigger(3) },
    steps: `
      a1@0
      a2@20
      a3@10  | a[0,30):1+2+3
      a4@12
      a5@13
      a6@14  | a[0,30):1+2+3+4+5+6
      a7@15
      end
    `,
  },
  {
    name: 'with a continuous trigger: the next time to fire follows a merge',
    windows: session({ gapMs: 50 }),
    options: { trigger: continuousEventTimeTrigger({ intervalMs: 30 }) },
    steps: `
      a1@10
      a2@40
      wm 29
      wm 30  | a[10,90):1+2
      wm 60  | a[10,90):1+2
      wm 88
      wm 89  | a[10,90):1+2
    `,
  },
  {
    name: 'with a continuous trigger: the earliest time to fire counts',
    windows: session({ gapMs: 20 }),
    options: { trigger: continuousEventTimeTrigger({ intervalMs: 50 }) },
    steps: `
      a1@10
      a2@45
      a3@28
      wm 28
      wm 29  | a[10,65):1+2+3
      wm 50
      wm 64  | a[10,65):1+2+3
    `,
  },
  {
    name: 'with an evictor: sees the records of all that merged',
    windows: TEN,
    options: { evictor: countEvictor(2) },
    steps: `
      a1@0
      a2@20
      a3@10
      wm 29  | a[0,30):2+3
    `,
  },
];
