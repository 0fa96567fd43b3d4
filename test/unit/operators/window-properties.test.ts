// operators/general-window.ts against the naive model of test/support/window-model.ts: random records and times, random
// assigners, triggers, evictors and lateness give the same results, the same late records, and leave the same windows open.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { countEvictor, timeEvictor } from '../../../runtime/api/evictors.ts';
import {
  continuousEventTimeTrigger,
  continuousProcessingTimeTrigger,
  countTrigger,
  eventTimeTrigger,
  processingTimeTrigger,
  purging,
} from '../../../runtime/api/triggers.ts';
import { cumulative, session, sliding } from '../../../runtime/api/windows.ts';
import { createGeneralWindow } from '../../../runtime/operators/general-window.ts';
import type {
  Evictor,
  GeneralWindow,
  Trigger,
  WindowsSpec,
} from '../../../runtime/operators/general-window-spec.ts';
import { LATE_OUTPUT } from '../../../runtime/operators/spec.ts';
import { type Emitted, OperatorHarness } from '../../support/operator-harness.ts';
import {
  type ModelOptions,
  type ModelRecord,
  type ModelResult,
  WindowModel,
} from '../../support/window-model.ts';
import { heldBy } from '../../support/window-steps.ts';

type Step =
  | { readonly kind: 'record'; readonly key: string; readonly aheadMs: number }
  | { readonly kind: 'time'; readonly byMs: number };

const small = (min: number, max: number) => fc.integer({ min, max });

const windows: fc.Arbitrary<ModelOptions['windows']> = fc.oneof(
  fc
    .record({ sizeMs: small(1, 20), slideMs: small(1, 20), offset: small(-19, 19) })
    .map(({ sizeMs, slideMs, offset }) => ({
      kind: 'sliding' as const,
      sizeMs,
      slideMs,
      offsetMs: offset % slideMs,
    })),
  fc
    .record({ stepMs: small(1, 8), steps: small(1, 4) })
    .map(({ stepMs, steps }) => ({ kind: 'cumulative' as const, stepMs, sizeMs: stepMs * steps })),
  small(1, 15).map((gapMs) => ({ kind: 'session' as const, gapMs })),
);

const options: fc.Arbitrary<ModelOptions> = fc.record({
  time: fc.constantFrom('event', 'event', 'processing'),
  windows,
  trigger: fc.oneof(
    fc.constant({ kind: 'default' as const }),
    small(1, 4).map((count) => ({ kind: 'count' as const, count })),
    small(1, 12).map((intervalMs) => ({ kind: 'continuous' as const, intervalMs })),
  ),
  purges: fc.boolean(),
  evictor: fc.oneof(
    fc.constant({ kind: 'none' as const }),
    fc.record({
      kind: fc.constant('count' as const),
      count: small(1, 4),
      when: fc.constantFrom('before', 'after'),
    }),
    fc.record({
      kind: fc.constant('time' as const),
      keepMs: small(1, 10),
      when: fc.constantFrom('before', 'after'),
    }),
  ),
  latenessMs: fc.oneof(fc.constant(0), small(1, 15)),
});

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('record' as const),
        key: fc.constantFrom('a', 'b'),
        aheadMs: small(-25, 25),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('time' as const), byMs: small(0, 12) }) },
  ),
  { minLength: 1, maxLength: 40 },
);

function windowsSpec({ windows: given, time }: ModelOptions): WindowsSpec {
  switch (given.kind) {
    case 'sliding':
      return time === 'event' ? sliding(given) : sliding({ ...given, time });
    case 'cumulative':
      return time === 'event' ? cumulative(given) : cumulative({ ...given, time });
    case 'session':
      return session({ gapMs: given.gapMs, time });
  }
}

function triggerOf({ trigger, purges, time }: ModelOptions): Trigger<unknown> {
  const inner = ((): Trigger<unknown> => {
    switch (trigger.kind) {
      case 'default':
        return time === 'event' ? eventTimeTrigger() : processingTimeTrigger();
      case 'count':
        return countTrigger(trigger.count);
      case 'continuous':
        return time === 'event'
          ? continuousEventTimeTrigger(trigger)
          : continuousProcessingTimeTrigger(trigger);
    }
  })();
  return purges ? purging(inner) : inner;
}

function evictorOf({ evictor }: ModelOptions): Evictor<unknown> | undefined {
  switch (evictor.kind) {
    case 'none':
      return undefined;
    case 'count':
      return countEvictor(evictor.count, evictor);
    case 'time':
      return timeEvictor(evictor);
  }
}

function openOperator(model: ModelOptions): OperatorHarness {
  const window: GeneralWindow = {
    windows: windowsSpec(model),
    trigger: triggerOf(model),
    evictor: evictorOf(model),
    allowedLatenessMs: model.time === 'event' ? model.latenessMs : 0,
    input: { kind: 'records' },
    function: {
      state: {},
      windowState: {},
      onWindow: (records, { key, window: { startMs, endMs }, emit }) => {
        const ids = (records as readonly ModelRecord[]).map(({ id }) => id);
        emit({ key: String(key), startMs, endMs, ids } satisfies ModelResult);
      },
      onClear: undefined,
    },
  };
  const selector = { keyOf: (value: unknown) => (value as ModelRecord).key, fields: ['key'] };
  return new OperatorHarness(
    (context) => createGeneralWindow({ kind: 'general-window', selector, window }, context),
    { listensTo: [LATE_OUTPUT], startMs: 1000 },
  );
}

/** The same results whatever the order among those of one time. */
function ordered(results: readonly ModelResult[]): readonly string[] {
  return results.map((result) => JSON.stringify(result)).toSorted();
}

describe('a window operator and a list of all records', () => {
  it('agree, step by step', () => {
    fc.assert(
      fc.property(options, steps, (given, list) => {
        const harness = openOperator(given);
        const model = new WindowModel(given);
        let timeMs = given.time === 'event' ? -20 : 1000;
        for (const [id, step] of list.entries()) {
          model.results = [];
          if (step.kind === 'time') {
            timeMs += step.byMs;
            if (given.time === 'event') harness.advance(timeMs);
            else harness.moveClock(step.byMs);
            model.reach(given.time === 'event' ? timeMs : timeMs - 1);
          } else {
            const record = { id, key: step.key, timestampMs: timeMs + step.aheadMs };
            harness.process(record, record.timestampMs);
            model.add(record, timeMs);
          }
          const emitted: Emitted[] = harness.emitted.splice(0);
          const results = emitted.map(({ value }) => value as ModelResult);
          expect(ordered(results)).toStrictEqual(ordered(model.results));
          expect(emitted.map(({ timestampMs }) => timestampMs)).toStrictEqual(
            results.map(({ endMs }) => endMs - 1),
          );
        }
        const late = (harness.side.get(LATE_OUTPUT) ?? []).map(({ value }) => value as ModelRecord);
        expect(late.map(({ id }) => id)).toStrictEqual(model.late);
        expect(heldBy(harness.operator)?.windows).toBe(model.openCount);
        // Whatever happened, nothing is left once all windows are over.
        harness.advance(10_000);
        harness.moveClock(10_000);
        expect(heldBy(harness.operator)).toStrictEqual({ keys: 0, windows: 0, timers: 0 });
      }),
      { numRuns: 3000 },
    );
  });
});
