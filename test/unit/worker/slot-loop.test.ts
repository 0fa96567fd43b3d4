// worker/slot-loop.ts with a manual clock that advances while the loop steps and sleeps.

import { describe, expect, it } from 'vitest';

import type { Clock } from '../../../runtime/core/clock.ts';
import { nextTurn } from '../../../runtime/core/turn.ts';
import { allocateDoorbell, Doorbell } from '../../../runtime/shuffle/doorbell.ts';
import type { Chain } from '../../../runtime/worker/chain.ts';
import { SlotLoop, type SlotLoopOptions } from '../../../runtime/worker/slot-loop.ts';
import type { StepResult, Subtask } from '../../../runtime/worker/subtask.ts';

/** A bell whose sleeps end at once, having moved the clock to their timeout. */
class NumberedSleeps extends Doorbell {
  readonly timeoutsMs: number[] = [];
  readonly #move: (byMs: number) => void;

  constructor(move: (byMs: number) => void) {
    super(allocateDoorbell());
    this.#move = move;
  }

  override async sleep(_seen: number, timeoutMs: number): Promise<void> {
    this.timeoutsMs.push(timeoutMs);
    this.#move(timeoutMs);
  }
}

interface Script {
  /** Results of the steps; each working step takes a millisecond. */
  readonly steps: (StepResult | Error)[];
  readonly wakeMs?: number;
  /** When one of the operators wants to be woken, whatever the input wants. */
  readonly chainWakeMs?: number;
  readonly unflushed?: boolean;
}

function open(scripts: readonly Script[], settings: Partial<SlotLoopOptions> = {}) {
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs + 1e6,
    monotonicMs: () => nowMs,
    after: () => () => undefined,
  };
  const bell = new NumberedSleeps((byMs) => {
    nowMs += byMs;
  });
  const log: string[] = [];
  let flushes = 0;
  const subtasks = scripts.map(
    ({ steps, wakeMs = Infinity, chainWakeMs = Infinity, unflushed = false }) => {
      const left = [...steps];
      return {
        spent: { busyMs: 0, idleMs: 0, backpressuredMs: 0 },
        chain: {
          flush: () => flushes++,
          hasUnflushed: () => unflushed,
          nextWakeMs: () => chainWakeMs + 1e6,
        } as unknown as Chain,
        nextWakeMs: () => wakeMs + 1e6,
        step: (): StepResult => {
          const result = left.shift() ?? 'ended';
          if (result === 'worked') nowMs++;
          if (result instanceof Error) throw result;
          return result;
        },
      } as unknown as Subtask;
    },
  );
  const loop = new SlotLoop(subtasks, {
    clock,
    bell,
    bufferTimeoutMs: -1,
    reportIntervalMs: 1000,
    onEnded: (subtask) => log.push(`ended ${subtasks.indexOf(subtask)}`),
    onFailed: (subtask, error) =>
      log.push(`failed ${subtasks.indexOf(subtask)}: ${(error as Error).message}`),
    onReport: () => log.push(`report at ${nowMs}`),
    ...settings,
  });
  return { loop, subtasks, bell, log, flushes: () => flushes };
}

describe('a slot loop', () => {
  it('steps its subtasks until each has ended', async () => {
    const { loop, log, bell } = open([{ steps: ['worked', 'worked'] }, { steps: ['worked'] }]);
    await loop.run();
    expect(log).toStrictEqual(['ended 1', 'ended 0']);
    expect(bell.timeoutsMs).toStrictEqual([]);
  });

  it('accounts for all time: working, waiting for input, held back', async () => {
    const { loop, subtasks } = open(
      [
        { steps: ['worked', 'idle', 'worked'], wakeMs: 50 },
        { steps: ['blocked', 'blocked', 'blocked'] },
      ],
      { reportIntervalMs: 1e9 },
    );
    await loop.run();
    const [first, second] = subtasks.map(({ spent }) => spent);
    expect(first).toStrictEqual({ busyMs: 2, idleMs: 49, backpressuredMs: 0 });
    expect(second).toMatchObject({ busyMs: 0, backpressuredMs: 50 });
  });

  it('sleeps until the first of wake, flush and report (I2)', async () => {
    const wake = open([{ steps: ['idle'], wakeMs: 30 }]);
    const report = open([{ steps: ['idle'] }]);
    const held = open([{ steps: ['blocked'], wakeMs: 30 }]);
    const flush = open([{ steps: ['idle', 'idle'], unflushed: true }], { bufferTimeoutMs: 10 });
    for (const { loop } of [wake, report, held, flush]) await loop.run();
    expect(wake.bell.timeoutsMs).toStrictEqual([30]);
    expect(report.bell.timeoutsMs).toStrictEqual([1000]);
    expect(report.log).toStrictEqual(['ended 0', 'report at 1000']);
    expect(held.bell.timeoutsMs).toStrictEqual([1000]); // only room helps, and that rings
    expect(flush.bell.timeoutsMs).toStrictEqual([10, 10]);
    expect(flush.flushes()).toBe(2);
  });

  it('counts waiting for something outside as work, and wakes for the operators only', async () => {
    const { loop, bell, subtasks } = open([{ steps: ['waiting'], wakeMs: 10, chainWakeMs: 40 }]);
    await loop.run();
    expect(bell.timeoutsMs).toStrictEqual([40]);
    expect(subtasks[0]?.spent).toStrictEqual({ busyMs: 40, idleMs: 0, backpressuredMs: 0 });
  });

  it('flushes by time only, or never', async () => {
    const worked = Array<StepResult>(25).fill('worked');
    const timed = open([{ steps: worked }], { bufferTimeoutMs: 10 });
    const never = open([{ steps: worked }], { bufferTimeoutMs: -1 });
    await timed.loop.run();
    await never.loop.run();
    expect([timed.flushes(), never.flushes()]).toStrictEqual([3, 0]);
  });

  it('reports while it works', async () => {
    const { loop, log } = open([{ steps: Array<StepResult>(25).fill('worked') }], {
      reportIntervalMs: 10,
    });
    await loop.run();
    expect(log).toStrictEqual(['report at 10', 'report at 20', 'ended 0']);
  });

  it('ends with the first subtask that fails', async () => {
    const { loop, log, subtasks } = open([
      { steps: ['worked', new Error('no')] },
      { steps: Array<StepResult>(9).fill('worked') },
    ]);
    await loop.run();
    expect(log).toStrictEqual(['failed 0: no']);
    expect(subtasks[1]!.spent.busyMs).toBe(1);
  });

  it('ends when it is stopped, and lets others in meanwhile (I1)', async () => {
    const { loop, log } = open([{ steps: Array<StepResult>(1e6).fill('worked') }], {
      reportIntervalMs: 1e9,
    });
    const stopping = nextTurn().then(() => {
      loop.stop();
    });
    await loop.run();
    await stopping;
    expect(log).toStrictEqual([]);
  });
});
