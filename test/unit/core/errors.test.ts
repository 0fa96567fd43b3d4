// What other processes and the reference page rely on: the table of codes, and that an error survives a message.

import { describe, expect, it } from 'vitest';

import {
  EngineError,
  ERROR_KINDS,
  fromErrorRecord,
  toErrorRecord,
} from '../../../runtime/core/errors.ts';
import type { ErrorCode } from '../../../runtime/core/errors.ts';

describe('ERROR_KINDS', () => {
  it('names each code in capitals and explains it in one sentence', () => {
    for (const [code, { meaning }] of Object.entries(ERROR_KINDS)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(meaning, code).toMatch(/^[A-Z][^\n]*\.$/);
    }
  });

  it('lets no bug of ours be repeated for ever without a restart', () => {
    const internal = Object.values(ERROR_KINDS).filter(({ domain }) => domain === 'internal');
    expect(internal.length).toBeGreaterThan(0);
    for (const { retry } of internal) expect(retry).toBe('restart-job');
  });
});

describe('EngineError', () => {
  it('takes domain and retry from the table', () => {
    for (const code of Object.keys(ERROR_KINDS) as ErrorCode[]) {
      const error = new EngineError(code, 'what, where, how to mend it');
      expect({ domain: error.domain, retry: error.retry }).toMatchObject({
        domain: ERROR_KINDS[code].domain,
        retry: ERROR_KINDS[code].retry,
      });
    }
  });

  it('is an Error with a name, a message, a cause and details', () => {
    const cause = new RangeError('disk full');
    const error = new EngineError('FILE_FAILED', 'cannot write out.csv', {
      cause,
      details: { path: 'out.csv' },
    });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('EngineError: cannot write out.csv');
    expect(error.cause).toBe(cause);
    expect(error.details).toStrictEqual({ path: 'out.csv' });
  });

  it('has no cause when none was given, so that printers do not show an empty one', () => {
    expect('cause' in new EngineError('USAGE', 'unknown option --x')).toBe(false);
  });
});

describe('toErrorRecord and fromErrorRecord', () => {
  it('carry code, message, details and stack through a structured clone', () => {
    const thrown = new EngineError('USER_FUNCTION_FAILED', 'map "parse" threw', {
      details: { operator: 'parse', subtask: '2' },
    });
    const received = fromErrorRecord(structuredClone(toErrorRecord(thrown)));
    expect(received).toMatchObject({
      code: 'USER_FUNCTION_FAILED',
      message: 'map "parse" threw',
      details: { operator: 'parse', subtask: '2' },
      stack: thrown.stack,
    });
  });

  it("show the stack of the cause, which is where the user's function failed", () => {
    const cause = new TypeError('x is undefined');
    const record = toErrorRecord(new EngineError('USER_FUNCTION_FAILED', 'map threw', { cause }));
    expect(record.stack).toBe(cause.stack);
    expect(fromErrorRecord(record).stack).toBe(cause.stack);
  });

  it('survive JSON', () => {
    const record = toErrorRecord(new EngineError('WORKER_LOST', 'worker-1 is gone'));
    expect(
      toErrorRecord(fromErrorRecord(JSON.parse(JSON.stringify(record)) as typeof record)),
    ).toStrictEqual(record);
  });

  it('call an error without a code a bug of ours', () => {
    const stray = new TypeError('cannot read');
    expect(toErrorRecord(stray)).toStrictEqual({
      code: 'INVARIANT_BROKEN',
      message: 'cannot read',
      stack: stray.stack,
    });
  });

  it.each([
    ['a string', 'out of cheese', 'out of cheese'],
    ['nothing', undefined, 'undefined'],
    ['a plain object', { reason: 'full' }, "{ reason: 'full' }"],
    ['an object without a prototype', Object.create(null), '[Object: null prototype] {}'],
  ])('describe a throw of %s', (_, thrown: unknown, message) => {
    expect(toErrorRecord(thrown)).toStrictEqual({ code: 'INVARIANT_BROKEN', message });
  });
});
