// Steps of windows that a job assigns itself.

import { customWindows } from '../../../../runtime/api/windows.ts';
import type { TimeWindow } from '../../../../runtime/operators/spec.ts';
import type { StepRecord, WindowTable } from '../../../support/window-steps.ts';

/** As long as the record's number, none for 0. */
const sized = customWindows<StepRecord>({
  label: 'as long as it says',
  time: 'event',
  assign: ({ n }) => (n > 0 ? [{ startMs: 0, endMs: n }] : []),
});

const hundredOf = ({ startMs }: TimeWindow): number => Math.floor(startMs / 100);

/** All windows of a key in the same hundred are one. */
const hundreds = customWindows<StepRecord>({
  label: 'one a hundred',
  time: 'event',
  assign: ({ n }, timestampMs) => [{ startMs: timestampMs, endMs: timestampMs + n }],
  *merge(windows) {
    for (const hundred of new Set(windows.map(hundredOf))) {
      const from = windows.filter((window) => hundredOf(window) === hundred);
      const startMs = Math.min(...from.map((window) => window.startMs));
      const endMs = Math.max(...from.map((window) => window.endMs));
      if (from.length > 1) yield { into: { startMs, endMs }, from };
    }
  },
});

const byClock = customWindows<StepRecord>({
  label: 'a window a thousand of the clock',
  time: 'processing',
  assign: (_value, _timestampMs, { nowMs }) => {
    const startMs = Math.floor(nowMs / 1000) * 1000;
    return [{ startMs, endMs: startMs + 1000 }];
  },
});

export const CUSTOM: readonly WindowTable[] = [
  {
    name: 'windows of several lengths, and none',
    windows: sized,
    steps: `
      a1@0#5
      a2@0#10
      a3@0
      wm 4    | a[0,5):1
      a4@20
      a5@3#7
      wm 9    | a[0,7):5 a[0,10):2
      a6@9    | late:6
      a7@10
      a8@10#5
    `,
  },
  {
    name: 'merging by a rule of its own, without overlap',
    windows: hundreds,
    steps: `
      a1@50#5
      a2@10#5
      a3@150#5
      held    | windows=2 timers=2
      wm 14
      a4@20#1
      wm 53
      wm 54   | a[10,55):1+2+4
      end     | a[150,155):3
    `,
  },
  {
    name: 'in processing time',
    windows: byClock,
    steps: `
      clock 400
      a1@1
      clock 999
      a2@99999
      clock 1000 | a[0,1000):1+2
    `,
  },
];
