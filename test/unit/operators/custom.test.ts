// operators/custom.ts: operators of a job's own, and what is said of those that do not keep the contract.

import { describe, expect, it } from 'vitest';

import { createCustom } from '../../../runtime/operators/custom.ts';
import type { Operator, OperatorContext } from '../../../runtime/operators/operator.ts';
import { type HarnessOptions, OperatorHarness } from '../../support/operator-harness.ts';

function open(
  create: (context: OperatorContext) => unknown,
  options: HarnessOptions & { readonly hasSecondInput?: boolean } = {},
): OperatorHarness {
  const { hasSecondInput = false } = options;
  const spec = {
    kind: 'custom' as const,
    create: create as (context: OperatorContext) => Operator,
    hasSecondInput,
  };
  return new OperatorHarness((context) => createCustom(spec, context), options);
}

const invalid = (text: RegExp): unknown =>
  expect.objectContaining({ code: 'JOB_INVALID', message: expect.stringMatching(text) as unknown });
const broken = (): never => {
  throw new Error('broken');
};

/** Counts records between watermarks: a class, so that `this` must be kept. */
class Counting implements Operator {
  readonly #context: OperatorContext;
  #count = 0;

  constructor(context: OperatorContext) {
    this.#context = context;
  }

  process(): void {
    this.#count++;
    this.#context.sideOutput('seen')?.(this.#count, 0);
  }

  processSecond(): void {
    this.#count += 10;
  }

  advanceWatermark(watermarkMs: number): boolean {
    if (this.#context.isBlocked()) return false;
    this.#context.emit(this.#count, watermarkMs);
    return true;
  }

  onProcessingTime(): boolean {
    this.#context.emit('woken', 0);
    return true;
  }

  endInput(): boolean {
    this.#context.emit('end', 0);
    return true;
  }

  outputWatermark(): number {
    return this.#count;
  }

  isFull(): boolean {
    return this.#count > 1;
  }
}

describe('an operator of a job', () => {
  it('is called as the engine calls its own', () => {
    const harness = open((context) => new Counting(context), {
      hasSecondInput: true,
      listensTo: ['seen'],
    });
    harness.process('a');
    expect(harness.operator.isFull?.()).toBe(false);
    harness.processSecond('b');
    expect(harness.operator.isFull?.()).toBe(true);
    expect(harness.advance(7)).toBe(true);
    harness.operator.onProcessingTime?.(0);
    harness.operator.endInput?.();
    harness.room = 0;
    expect(harness.advance(8)).toBe(false);
    expect(harness.emitted).toStrictEqual([
      { value: 11, timestampMs: 7 },
      { value: 'woken', timestampMs: 0 },
      { value: 'end', timestampMs: 0 },
    ]);
    expect(harness.side.get('seen')).toStrictEqual([{ value: 1, timestampMs: 0 }]);
    expect(harness.operator.outputWatermark?.()).toBe(11);
  });

  it('has no methods that it did not bring, for their absence says something', () => {
    const { operator } = open(() => ({ process: () => undefined }));
    expect(Object.keys(operator)).toStrictEqual(['process']);
  });

  it.each([undefined, null, 'text', {}, { process: 7 }])('is not %o', (made) => {
    expect(() => open(() => made)).toThrow(invalid(/"the operator" has no process\(/));
  });

  it('needs a method for its second input', () => {
    const make = () => ({ process: () => undefined });
    expect(() => open(make, { hasSecondInput: true })).toThrow(invalid(/has no processSecond\(/));
  });

  it.each([
    ['process', 'a record'],
    ['processSecond', 'another'],
    ['advanceWatermark', undefined],
    ['onProcessingTime', undefined],
    ['endInput', undefined],
  ])('is named when its %s throws', (method, record) => {
    const whole = { process: () => undefined, processSecond: () => undefined, [method]: broken };
    const harness = open(() => whole);
    expect(() => {
      harness.process('a record');
      harness.processSecond('another');
      harness.advance(1);
      harness.operator.onProcessingTime?.(0);
      harness.operator.endInput?.();
    }).toThrow(
      expect.objectContaining({
        code: 'USER_FUNCTION_FAILED',
        details: expect.objectContaining({ record: JSON.stringify(record) }) as unknown,
      }),
    );
  });

  it('is named when it cannot be made or opened', async () => {
    const failure = expect.objectContaining({ code: 'USER_FUNCTION_FAILED' }) as unknown;
    expect(() => open(broken)).toThrow(failure);
    const harness = open(() => ({ process: () => undefined, open: broken }));
    await expect(harness.operator.open?.()).rejects.toThrow(failure);
  });

  it('may not emit outside of a step (I1)', () => {
    const late: (() => void)[] = [];
    const harness = open(
      (context) => ({
        process: (value: unknown) => {
          late.push(
            () => {
              context.emit(value, 0);
            },
            () => context.sideOutput('aside')?.(value, 0),
          );
          context.emit('in time', 0);
        },
      }),
      { listensTo: ['aside'] },
    );
    harness.process('a');
    expect(late).toHaveLength(2);
    for (const emit of late) expect(emit).toThrow(/emits outside of its methods/);
    expect(harness.values).toStrictEqual(['in time']);
  });
});
