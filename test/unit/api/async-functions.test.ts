// api/async-functions.ts: what mapAsync refuses, what it fills in, and what the compiler infers.

import { describe, expect, expectTypeOf, it } from 'vitest';

import { type AsyncRetryOptions, asyncMapSpec } from '../../../runtime/api/async-functions.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';

const invalid: unknown = expect.objectContaining({ code: 'JOB_INVALID' });
const numbers = new Environment().from(fromCollection([1, 2]));
const ask = (value: number): Promise<string> => Promise.resolve(`${value}`);

describe('mapAsync', () => {
  it('infers answers, and what stands in for them', () => {
    const plain = numbers.mapAsync(ask, { timeoutMs: 10 });
    plain.map((answer) => {
      expectTypeOf(answer).toEqualTypeOf<string>();
    });
    const sure = numbers.mapAsync(ask, { timeoutMs: 10, onTimeout: () => undefined });
    sure.map((answer) => {
      expectTypeOf(answer).toEqualTypeOf<string | undefined>();
    });
    numbers.mapAsync(ask, {
      timeoutMs: 10,
      retry: {
        attemptsMax: 2,
        delayMs: 5,
        when(outcome) {
          if (outcome.kind === 'returned') expectTypeOf(outcome.result).toEqualTypeOf<string>();
          return outcome.kind === 'failed';
        },
      },
    });
    expect(sure.node.name).toBe('async-map');
  });

  it('is ordered and has room for 100 calls unless the job says otherwise', () => {
    expect(asyncMapSpec(ask, { timeoutMs: 10 })).toMatchObject({ order: 'ordered', capacity: 100 });
  });

  it('retries what failed, after the same delay each time, unless the job says otherwise', () => {
    const spec = asyncMapSpec(ask, { timeoutMs: 10, retry: { attemptsMax: 2, delayMs: 5 } });
    if (spec.kind !== 'async-map') throw new Error('mapAsync makes an async-map');
    expect(spec.retry).toMatchObject({ multiplier: 1, delayMsMax: Infinity });
    expect(spec.retry?.when({ kind: 'failed', error: new Error('x') })).toBe(true);
    expect(spec.retry?.when({ kind: 'returned', result: undefined })).toBe(false);
  });

  it.each([
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { timeoutMs: 1, capacity: 0 },
    { timeoutMs: 1, capacity: 1.5 },
  ])('refuses %o', (options) => {
    expect(() => numbers.mapAsync(ask, options)).toThrow(invalid);
  });

  it.each<AsyncRetryOptions<string>>([
    { attemptsMax: 0, delayMs: 1 },
    { attemptsMax: 1.5, delayMs: 1 },
    { attemptsMax: 2, delayMs: -1 },
    { attemptsMax: 2, delayMs: 1, multiplier: 0.5 },
    { attemptsMax: 2, delayMs: 10, delayMsMax: 9 },
  ])('refuses to retry by %o', (retry) => {
    expect(() => numbers.mapAsync(ask, { timeoutMs: 1, retry })).toThrow(invalid);
  });
});
