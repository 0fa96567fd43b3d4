// operators/async-map.ts with a service that answers when the test says so, and a clock that the test moves.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { outputTag } from '../../../runtime/api/output-tag.ts';
import { nextTurn } from '../../../runtime/core/turn.ts';
import { createAsyncMap } from '../../../runtime/operators/async-map.ts';
import type {
  AsyncCallContext,
  AsyncRetry,
  OperatorSpec,
} from '../../../runtime/operators/spec.ts';
import { type HarnessOptions, OperatorHarness } from '../../support/operator-harness.ts';

type Spec = Extract<OperatorSpec, { kind: 'async-map' }>;

interface Call {
  readonly value: unknown;
  readonly context: AsyncCallContext;
  answer(result: unknown): Promise<void>;
  refuse(error: Error): Promise<void>;
}

/** An operator in front of a service whose calls the test sees and answers. */
function open(
  given: Partial<Omit<Spec, 'functions'> & Spec['functions']>,
  options?: HarnessOptions,
) {
  const calls: Call[] = [];
  const { call, onTimeout, open: onOpen, close, ...settings } = given;
  const spec: Spec = {
    kind: 'async-map',
    order: 'ordered',
    capacity: 100,
    timeoutMs: 1_000,
    retry: undefined,
    ...settings,
    functions: {
      call:
        call ??
        ((value, context) => {
          return new Promise((resolve, reject) => {
            const answer = async (result: unknown): Promise<void> => {
              resolve(result);
              await nextTurn();
            };
            const refuse = async (error: Error): Promise<void> => {
              reject(error);
              await nextTurn();
            };
            calls.push({ value, context, answer, refuse });
          });
        }),
      onTimeout,
      open: onOpen,
      close,
    },
  };
  const harness = new OperatorHarness((context) => createAsyncMap(spec, context), options);
  /** The last call for a record. */
  const callOf = (value: unknown): Call => {
    const found = calls.findLast((made) => made.value === value);
    if (found === undefined) throw new Error(`nothing was asked for ${String(value)}`);
    return found;
  };
  return { harness, calls, callOf };
}

/** Steps until the operator has no more to do now. */
function stepAll(harness: OperatorHarness): void {
  for (;;) {
    if (!harness.isWoken) return;
    if (!harness.step()) harness.isWoken = true;
  }
}

const retryTwice: AsyncRetry = {
  attemptsMax: 3,
  delayMs: 100,
  multiplier: 2,
  delayMsMax: 150,
  when: ({ kind }) => kind === 'failed',
};

const failureFor = (record: string, text: RegExp): unknown =>
  expect.objectContaining({
    code: 'USER_FUNCTION_FAILED',
    message: expect.stringMatching(text) as unknown,
    details: expect.objectContaining({ record }) as unknown,
  });

describe('answers', () => {
  it('go on in a step, not when they come, with the time of their record', async () => {
    const { harness, callOf } = open({});
    harness.process('a', 7);
    await callOf('a').answer('A');
    expect([harness.emitted, harness.isWoken]).toStrictEqual([[], true]);
    stepAll(harness);
    expect(harness.emitted).toStrictEqual([{ value: 'A', timestampMs: 7 }]);
  });

  it('may be given at once', async () => {
    const { harness } = open({ call: (value) => `now ${String(value)}` });
    harness.process('a');
    await nextTurn();
    stepAll(harness);
    expect(harness.values).toStrictEqual(['now a']);
  });

  it('are in the order of the records, or as they come, and never pass a watermark', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('ordered' as const, 'unordered' as const),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat({ max: 100 })),
        async (order, isWatermark, choices) => {
          const { harness, callOf } = open({ order });
          const waiting: number[] = [];
          let watermarkMs = 0;
          for (const [number, ends] of isWatermark.entries()) {
            if (ends) {
              watermarkMs = number;
              harness.advance(number);
            } else {
              harness.process(number, watermarkMs);
              waiting.push(number);
            }
          }
          const came: number[] = [];
          while (waiting.length > 0) {
            const [number = 0] = waiting.splice(choices.next().value % waiting.length, 1);
            came.push(number);
            await callOf(number).answer(number);
            while (harness.isWoken) {
              const emittedBefore = harness.emitted.length;
              const reachedMs = harness.operator.outputWatermark?.() ?? 0;
              if (!harness.step()) harness.isWoken = true;
              for (const { timestampMs } of harness.emitted.slice(emittedBefore)) {
                expect(timestampMs).toBe(Math.max(0, reachedMs)); // the watermark it came after
              }
            }
          }
          const out = harness.values as number[];
          const bySegment = (list: readonly number[]): number[] =>
            Array.from({ length: isWatermark.length + 1 }, (_, segment) =>
              list.filter(
                (number) => isWatermark.slice(0, number).lastIndexOf(true) + 1 === segment,
              ),
            ).flat();
          expect(out).toStrictEqual(
            order === 'ordered' ? came.toSorted((left, right) => left - right) : bySegment(came),
          );
          expect(harness.operator.endInput?.()).toBe(true);
          if (watermarkMs > 0) expect(harness.operator.outputWatermark?.()).toBe(watermarkMs);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('wait for room in the outputs, and go on from there', async () => {
    const { harness, callOf } = open({});
    for (const value of ['a', 'b', 'c']) harness.process(value);
    for (const value of ['c', 'b', 'a']) await callOf(value).answer(value);
    harness.room = 2;
    expect(harness.step()).toBe(false);
    expect(harness.values).toStrictEqual(['a', 'b']);
    harness.room = 1;
    expect(harness.operator.onProcessingTime?.(0)).toBe(false);
    expect(harness.values).toStrictEqual(['a', 'b', 'c']);
  });

  it('come with what their attempt sent to side outputs', async () => {
    const odd = outputTag<string>('odd');
    const { harness, callOf } = open({ retry: retryTwice }, { listensTo: ['odd'] });
    harness.process('a', 5);
    const first = callOf('a');
    first.context.output(odd, 'of the attempt that failed');
    first.context.output(outputTag<string>('unheard'), 'nobody');
    await first.refuse(new Error('again'));
    harness.clock.advance(100);
    callOf('a').context.output(odd, 'of the answer');
    await callOf('a').answer('A');
    callOf('a').context.output(odd, 'too late');
    expect(harness.side.get('odd')).toStrictEqual([]);
    stepAll(harness);
    expect(harness.side.get('odd')).toStrictEqual([{ value: 'of the answer', timestampMs: 5 }]);
  });
});

describe('event time', () => {
  it('passes at once when nothing is in flight, else after what came before it', async () => {
    const { harness, callOf } = open({ order: 'unordered' });
    harness.advance(1);
    expect(harness.operator.outputWatermark?.()).toBe(1);
    harness.process('a', 2);
    harness.advance(2);
    harness.process('b', 3);
    harness.advance(3);
    await callOf('b').answer('B');
    stepAll(harness);
    expect([harness.values, harness.operator.outputWatermark?.()]).toStrictEqual([[], 1]);
    await callOf('a').answer('A');
    harness.step();
    expect([harness.values, harness.operator.outputWatermark?.()]).toStrictEqual([['A'], 2]);
    harness.isWoken = true;
    stepAll(harness);
    expect([harness.values, harness.operator.outputWatermark?.()]).toStrictEqual([['A', 'B'], 3]);
  });

  it('is held while records are in flight, even if the input is idle', async () => {
    const { harness, callOf } = open({});
    expect(harness.operator.isIdle?.()).toBeUndefined();
    harness.process('a');
    expect(harness.operator.isIdle?.()).toBe(false);
    await callOf('a').answer('A');
    stepAll(harness);
    expect(harness.operator.isIdle?.()).toBeUndefined();
  });
});

describe('the capacity', () => {
  it('bounds the calls whose answers have not gone on; what comes on top waits uncalled (I1)', async () => {
    const { harness, calls, callOf } = open({ capacity: 2 });
    for (const value of ['a', 'b', 'c', 'd']) harness.process(value);
    expect(calls.map(({ value }) => value)).toStrictEqual(['a', 'b']);
    expect(harness.operator.isFull?.()).toBe(true);
    await callOf('b').answer('B');
    stepAll(harness);
    expect(calls).toHaveLength(2); // b's answer waits for a's
    await callOf('a').answer('A');
    stepAll(harness);
    expect(calls.map(({ value }) => value)).toStrictEqual(['a', 'b', 'c', 'd']);
    expect(harness.operator.isFull?.()).toBe(true);
    await callOf('c').answer('C');
    stepAll(harness);
    expect(harness.operator.isFull?.()).toBe(false);
    expect(harness.operator.endInput?.()).toBe(false);
    await callOf('d').answer('D');
    stepAll(harness);
    expect(harness.values).toStrictEqual(['A', 'B', 'C', 'D']);
    expect(harness.operator.endInput?.()).toBe(true);
  });
});

describe('a timeout', () => {
  it('fails the job with the record, and aborts the call', async () => {
    const { harness, callOf } = open({});
    harness.process('a');
    const { signal } = callOf('a').context;
    harness.clock.advance(999);
    expect([harness.failures, signal.aborted]).toStrictEqual([[], false]);
    harness.clock.advance(1);
    expect(harness.failures).toStrictEqual([failureFor('"a"', /no answer within 1000 ms/)]);
    expect(signal.aborted).toBe(true);
    await callOf('a').answer('late');
    stepAll(harness);
    expect(harness.values).toStrictEqual([]);
    expect(harness.counters.get('asyncTimeouts')).toBe(1);
  });

  it('gives what onTimeout makes of the record, and drops the answer that comes later (I2)', async () => {
    const { harness, callOf } = open({ onTimeout: (value) => `no answer for ${String(value)}` });
    harness.process('a', 3);
    harness.process('b', 4);
    await callOf('b').answer('B');
    harness.clock.advance(1_000);
    await callOf('a').answer('A');
    stepAll(harness);
    expect(harness.emitted).toStrictEqual([
      { value: 'no answer for a', timestampMs: 3 },
      { value: 'B', timestampMs: 4 },
    ]);
    expect(harness.failures).toStrictEqual([]);
  });

  it('names the record when onTimeout itself throws', () => {
    const { harness } = open({
      onTimeout: () => {
        throw new Error('no idea');
      },
    });
    harness.process('a');
    harness.clock.advance(1_000);
    expect(harness.failures).toStrictEqual([failureFor('"a"', /no idea/)]);
  });

  it('does not come after the answer', async () => {
    const { harness, callOf } = open({});
    harness.process('a');
    await callOf('a').answer('A');
    harness.clock.advance(10_000);
    expect(harness.failures).toStrictEqual([]);
  });

  it('counts all attempts and the delays between them', async () => {
    const { harness, calls, callOf } = open({ retry: retryTwice, timeoutMs: 120 });
    harness.process('a');
    await callOf('a').refuse(new Error('down'));
    harness.clock.advance(119);
    expect(calls).toHaveLength(2); // the second began at 100
    harness.clock.advance(1);
    expect(harness.failures).toStrictEqual([failureFor('"a"', /within 120 ms \(attempt 2\)/)]);
    expect(callOf('a').context.signal.aborted).toBe(true);
  });

  it('ends a delay between attempts', async () => {
    const { harness, calls, callOf } = open({
      retry: retryTwice,
      timeoutMs: 50,
      onTimeout: () => 'gave up',
    });
    harness.process('a');
    await callOf('a').refuse(new Error('down'));
    harness.clock.advance(500);
    stepAll(harness);
    expect([calls.length, harness.values]).toStrictEqual([1, ['gave up']]);
  });
});

describe('a retry', () => {
  it('comes after delays that grow to their bound, and the last error counts', async () => {
    const { harness, calls, callOf } = open({ retry: { ...retryTwice, attemptsMax: 4 } });
    harness.process('a');
    const startsMs = [0];
    for (const attempt of [1, 2, 3]) {
      await callOf('a').refuse(new Error(`down ${attempt}`));
      while (calls.length === attempt) harness.clock.advance(1);
      startsMs.push(harness.clock.nowMs());
    }
    expect(startsMs).toStrictEqual([0, 100, 250, 400]);
    expect(callOf('a').context.attempt).toBe(4);
    await callOf('a').refuse(new Error('down for good'));
    expect(harness.failures).toStrictEqual([failureFor('"a"', /down for good/)]);
    expect(harness.counters.get('asyncRetries')).toBe(3);
  });

  it('may be made for a result, which counts when no attempt is left', async () => {
    const when: AsyncRetry['when'] = (outcome) =>
      outcome.kind === 'returned' && outcome.result === 'not yet';
    const { harness, callOf } = open({ retry: { ...retryTwice, attemptsMax: 2, when } });
    harness.process('a');
    await callOf('a').answer('not yet');
    harness.clock.advance(100);
    await callOf('a').answer('not yet');
    stepAll(harness);
    expect(harness.values).toStrictEqual(['not yet']);
    harness.process('b');
    await callOf('b').refuse(new Error('not worth it'));
    expect(harness.failures).toStrictEqual([failureFor('"b"', /not worth it/)]);
  });

  it('is judged by a function whose own failure names the record', async () => {
    const when = (): never => {
      throw new Error('cannot judge');
    };
    const { harness, callOf } = open({ retry: { ...retryTwice, when } });
    harness.process('a');
    await callOf('a').answer('A');
    expect(harness.failures).toStrictEqual([failureFor('"a"', /cannot judge/)]);
  });
});

describe('a failure', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
  ])('of a function that %s is told once, with the record', async (_, call) => {
    const { harness } = open({ call });
    harness.process('a');
    harness.process('b');
    await nextTurn();
    expect(harness.failures).toStrictEqual([failureFor('"a"', /broken/)]);
  });
});

describe('the end of the job', () => {
  it('aborts what is in flight and calls nothing more', async () => {
    const log: string[] = [];
    const { harness, calls, callOf } = open({
      capacity: 1,
      open: ({ subtaskIndex, parallelism }) => {
        log.push(`open ${subtaskIndex} of ${parallelism}`);
      },
      close: () => {
        log.push('close');
      },
    });
    await harness.operator.open?.();
    harness.process('a');
    harness.process('b');
    const { signal } = callOf('a').context;
    await harness.operator.close?.(false);
    expect(signal.aborted).toBe(true);
    await callOf('a').answer('A');
    harness.clock.advance(10_000);
    expect([harness.failures, harness.isWoken, calls.length]).toStrictEqual([[], false, 1]);
    expect(log).toStrictEqual(['open 0 of 1', 'close']);
  });
});
