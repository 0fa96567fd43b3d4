// A broken invariant must stop the task with a code that recovery understands.

import { describe, expect, it } from 'vitest';

import { invariant } from '../../../runtime/core/invariant.ts';

describe('invariant', () => {
  it.each([true, 1, 'text', {}])('lets %j pass', (condition) => {
    expect(() => {
      invariant(condition, 'holds');
    }).not.toThrow();
  });

  it.each([false, 0, '', null, undefined])('refuses %j with the rule as message', (condition) => {
    expect(() => {
      invariant(condition, 'a generation is recorded before it runs');
    }).toThrow(
      expect.objectContaining({
        code: 'INVARIANT_BROKEN',
        message: 'a generation is recorded before it runs',
      }),
    );
  });
});
