import { describe, expect, it } from 'vitest';

import {
  dominantLoad,
  isActive,
  jobDurationMs,
  loadOf,
  splitMemory,
  summarizeJob,
  summarizeTask,
} from '../../../runtime/ui/figures.ts';
import type { Subtask, Task } from '../../../runtime/ui/figures.ts';
import {
  FAKE_START_MS,
  fakeFinishedJob,
  fakeJob,
  fakeSnapshot,
} from '../../support/fake-snapshot.ts';

const window: Task = fakeJob().tasks[1]!;

function withSubtask(change: (subtask: Subtask) => Subtask): Task {
  return { ...window, subtasks: [change(window.subtasks[0]!), ...window.subtasks.slice(1)] };
}

describe('a task', () => {
  it('sums what adds up and takes the worst where it decides', () => {
    expect(summarizeTask(window)).toMatchObject({
      status: 'RUNNING',
      inPerSecond: 4 * 49_600,
      outPerSecond: 840,
      busiest: 962,
      mostBackpressured: 0,
      load: { busy: (962 + 871 + 804 + 940) / 4, backpressured: 0 },
      counters: [['numLateRecordsDropped', 52]],
    });
  });

  it('has the watermark of its slowest subtask, and none while one has none', () => {
    const slowest = Math.min(...window.subtasks.map(({ metrics }) => metrics.watermarkMs!));
    expect(summarizeTask(window).watermarkMs).toBe(slowest);
    const waiting = withSubtask((subtask) => ({
      ...subtask,
      metrics: { ...subtask.metrics, watermarkMs: undefined },
    }));
    expect(summarizeTask(waiting).watermarkMs).toBeUndefined();
  });

  it('that ended has no load, though its last interval had', () => {
    const ended = fakeFinishedJob().tasks[1]!;
    expect(summarizeTask(ended)).toMatchObject({
      status: 'FINISHED',
      busiest: 0,
      load: { busy: 0, idle: 0, backpressured: 0 },
    });
    expect(loadOf(ended.subtasks[0]!)).toEqual({ busy: 0, idle: 0, backpressured: 0 });
  });

  it.each([
    ['FAILED', 'FAILED'],
    ['FINISHED', 'RUNNING'],
    ['DEPLOYING', 'DEPLOYING'],
  ] as const)('of which one subtask is %s is %s', (status, combined) => {
    expect(summarizeTask(withSubtask((subtask) => ({ ...subtask, status }))).status).toBe(combined);
  });
});

describe('a job', () => {
  it('reads what its sources give and writes what its sinks take', () => {
    const job = fakeJob(10_310);
    expect(summarizeJob(job)).toEqual({
      recordsRead: 1_984_000,
      readPerSecond: 198_400,
      recordsWritten: 2 * 4_200 + 60,
      subtasksRunning: 10,
      subtasks: 10,
    });
  });

  it('has a duration that stops at its end', () => {
    expect(jobDurationMs(fakeJob(), FAKE_START_MS + 7_000)).toBe(7_000);
    expect(jobDurationMs(fakeFinishedJob(5_000), FAKE_START_MS + 7_000)).toBe(5_000);
    expect([fakeJob(), fakeFinishedJob()].map(isActive)).toEqual([true, false]);
  });
});

describe('the colour of a task', () => {
  it.each([
    [{ busy: 430, backpressured: 520, idle: 50 }, 'backpressured'],
    [{ busy: 600, backpressured: 0, idle: 400 }, 'busy'],
    [{ busy: 100, backpressured: 0, idle: 900 }, 'idle'],
    [{ busy: 0, backpressured: 0, idle: 0 }, 'unknown'],
  ] as const)('of %j is %s', (load, dominant) => {
    expect(dominantLoad(load)).toBe(dominant);
  });
});

it("a worker's memory parts add up to its limit", () => {
  for (const worker of fakeSnapshot().workers) {
    const sum = splitMemory(worker).reduce((total, [, bytes]) => total + bytes, 0);
    expect(sum).toBe(worker.memory.limitBytes);
  }
});
