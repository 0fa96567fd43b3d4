// coordinator/restart.ts: which ends lead to another attempt, and after which pause.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttemptEnd, decideRestart } from '../../../runtime/coordinator/restart.ts';
import { ERROR_KINDS, type ErrorCode } from '../../../runtime/core/errors.ts';

const POLICY = { restartDelayMs: 1_000, restartDelayMaxMs: 60_000, restartCountMax: undefined };
const LOST: AttemptEnd = {
  status: 'FAILED',
  failure: { code: 'WORKER_LOST', message: 'worker-a is lost' },
  ranMs: 5_000,
  restartCount: 0,
};
const MIDDLE = 0.5; // no jitter

describe('decideRestart', () => {
  it('I1: leaves a job alone that finished or was canceled', () => {
    for (const status of ['FINISHED', 'CANCELED'] as const) {
      const decision = decideRestart({ ...LOST, status }, POLICY, MIDDLE);
      expect(decision).toEqual({ kind: 'rest', because: 'done' });
    }
  });

  it('I2: asks the table of errors, which has the surroundings tried again and mistakes not', () => {
    const decide = (code: ErrorCode) =>
      decideRestart({ ...LOST, failure: { code, message: '' } }, POLICY, MIDDLE).kind;
    for (const code of Object.keys(ERROR_KINDS) as ErrorCode[]) {
      expect(decide(code), code).toBe(
        ERROR_KINDS[code].retry === 'restart-job' ? 'restart' : 'rest',
      );
    }
    const again = ['WORKER_LOST', 'CHANNEL_BROKEN', 'SLOTS_INSUFFICIENT', 'FILE_FAILED'] as const;
    expect(again.map(decide)).toEqual(again.map(() => 'restart'));
    const never = [
      'USER_FUNCTION_FAILED',
      'RECORD_MISMATCH',
      'INPUT_NOT_FOUND',
      'MEMORY_EXCEEDED',
      'PLAN_MISMATCH',
      'NETWORK_MEMORY_INSUFFICIENT',
      'PARAMETERS_INVALID',
    ] as const;
    expect(never.map(decide)).toEqual(never.map(() => 'rest'));
  });

  it('I3: lets pauses grow by half, up to the longest', () => {
    const delays = Array.from({ length: 14 }, (_, restartCount) => {
      const decision = decideRestart({ ...LOST, restartCount }, POLICY, MIDDLE);
      return decision.kind === 'restart' ? decision.delayMs : undefined;
    });
    expect(delays.slice(0, 4)).toEqual([1_000, 1_500, 2_250, 3_375]);
    expect(delays.at(-1)).toBe(60_000);
  });

  it('I3: begins anew after an hour without failure', () => {
    const end = { ...LOST, restartCount: 9, ranMs: 3_600_000 };
    const anew = { kind: 'restart', delayMs: 1_000, restartCount: 1 };
    expect(decideRestart(end, POLICY, MIDDLE)).toEqual(anew);
    expect(decideRestart(end, { ...POLICY, restartCountMax: 9 }, MIDDLE)).toEqual(anew);
  });

  it('stops at the bound of restarts in a row, which may be none', () => {
    const policy = { ...POLICY, restartCountMax: 2 };
    expect(decideRestart({ ...LOST, restartCount: 1 }, policy, MIDDLE)).toMatchObject({
      restartCount: 2,
    });
    const rest = { kind: 'rest', because: 'too many restarts' };
    expect(decideRestart({ ...LOST, restartCount: 2 }, policy, MIDDLE)).toEqual(rest);
    expect(decideRestart(LOST, { ...POLICY, restartCountMax: 0 }, MIDDLE)).toEqual(rest);
  });

  it('stays within a tenth of the pause, whatever the chance and however long the row', () => {
    const row = fc.nat({ max: 1_000_000 });
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(row, chance, (restartCount, drawn) => {
        const decision = decideRestart({ ...LOST, restartCount }, POLICY, drawn);
        if (decision.kind !== 'restart') throw new Error(decision.because);
        expect(decision.delayMs).toBeGreaterThanOrEqual(900);
        expect(decision.delayMs).toBeLessThanOrEqual(66_000);
      }),
    );
  });
});
