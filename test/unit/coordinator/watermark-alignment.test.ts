// coordinator/watermark-alignment.ts: what a group of sources is told, by a clock that is moved by hand.

import { describe, expect, it } from 'vitest';

import {
  type AlignedSubtask,
  AlignmentGroup,
} from '../../../runtime/coordinator/watermark-alignment.ts';
import { ManualClock } from '../../../runtime/core/clock.ts';
import { MAX_WATERMARK, NO_WATERMARK } from '../../../runtime/time/watermark.ts';

const A: AlignedSubtask = { task: 0, subtask: 0 };
const B: AlignedSubtask = { task: 3, subtask: 1 };

function open() {
  const clock = new ManualClock();
  const told: string[] = [];
  const group = new AlignmentGroup(
    { group: 'g', maxDriftMs: 100, updateIntervalMs: 1_000 },
    clock,
    ({ task, subtask }, watermarkMs) => told.push(`${task}/${subtask} ${watermarkMs}`),
  );
  group.add(A);
  group.add(B);
  const tick = (): string[] => {
    clock.advance(1_000);
    return told.splice(0);
  };
  return { clock, told, group, tick };
}

describe('a group of sources', () => {
  it('may go as far as its slowest and the drift, told each interval', () => {
    const { clock, told, group, tick } = open();
    group.report(A, 5_000);
    group.report(B, 1_000);
    clock.advance(999);
    expect(told).toStrictEqual([]);
    clock.advance(1);
    expect(told.splice(0)).toStrictEqual(['0/0 1100', '3/1 1100']);
    group.report(B, 6_000);
    expect(tick()).toStrictEqual(['0/0 5100', '3/1 5100']);
    expect(tick()).toStrictEqual([]); // nothing has changed
  });

  it('is not held back by who is idle, has ended or has never reported (I1)', () => {
    const { group, tick } = open();
    expect(tick()).toStrictEqual([]);
    group.report(A, 5_000);
    expect(tick()).toStrictEqual(['0/0 5100', '3/1 5100']);
    group.report(B, MAX_WATERMARK);
    expect(tick()).toStrictEqual([]);
    group.report(A, MAX_WATERMARK);
    expect(tick()).toStrictEqual([`0/0 ${MAX_WATERMARK}`, `3/1 ${MAX_WATERMARK}`]);
  });

  it('waits for who has no record yet', () => {
    const { group, tick } = open();
    group.report(A, 5_000);
    group.report(B, NO_WATERMARK);
    expect(tick()).toStrictEqual([`0/0 ${NO_WATERMARK + 100}`, `3/1 ${NO_WATERMARK + 100}`]);
  });

  it('is told nothing after it was closed', () => {
    const { group, tick } = open();
    group.report(A, 5_000);
    group.close();
    expect(tick()).toStrictEqual([]);
  });
});
