import { describe, expect, it } from 'vitest';

import type { SubtaskStatus, TaskSnapshot } from '../../../runtime/protocol/cluster-snapshot.ts';
import {
  combineStates,
  countStates,
  describeBackpressure,
  describeSpan,
  describeVertex,
  describeWatermarks,
  summarize,
} from '../../../runtime/server/vertex-model.ts';
import { fakeSnapshot } from '../../support/fake-snapshot.ts';

const window = fakeSnapshot().jobs[0]!.tasks[1]!;

function withMetrics(change: Partial<TaskSnapshot['subtasks'][number]['metrics']>): TaskSnapshot {
  const [first, ...rest] = window.subtasks;
  return {
    ...window,
    subtasks: [{ ...first!, metrics: { ...first!.metrics, ...change } }, ...rest],
  };
}

describe('combineStates', () => {
  const cases: readonly (readonly [SubtaskStatus, readonly SubtaskStatus[]])[] = [
    ['FAILED', ['RUNNING', 'FAILED', 'CANCELING']],
    ['CANCELING', ['RUNNING', 'CANCELING', 'CANCELED']],
    ['CANCELED', ['FINISHED', 'CANCELED']],
    ['INITIALIZING', ['RUNNING', 'INITIALIZING']],
    ['RUNNING', ['RUNNING', 'CREATED']],
    ['RUNNING', ['FINISHED', 'CREATED']],
    ['FINISHED', ['FINISHED', 'FINISHED']],
    ['CREATED', ['DEPLOYING', 'CREATED']],
  ];
  it.each(cases)('%s of %j', (combined, statuses) => {
    expect(combineStates(countStates(statuses), statuses.length)).toBe(combined);
  });
});

describe('summarize', () => {
  it("interpolates percentiles at p * (n + 1), as Flink's statistics do", () => {
    expect(summarize([40, 10, 20, 30])).toEqual({
      min: 10,
      max: 40,
      avg: 25,
      sum: 100,
      median: 25,
      p25: 13,
      p75: 38,
      p95: 40,
    });
  });

  it('of one value is that value, of none is zero', () => {
    expect(summarize([7])).toMatchObject({ min: 7, max: 7, median: 7, p25: 7, p95: 7 });
    expect(summarize([])).toMatchObject({ min: 0, max: 0, avg: 0, sum: 0, median: 0 });
  });
});

describe('backpressure', () => {
  it.each([
    [100, 'ok'],
    [101, 'low'],
    [500, 'low'],
    [501, 'high'],
  ])('%d of 1000 is %s, and the worst subtask decides', (backpressuredMsPerSecond, level) => {
    const answer = describeBackpressure(withMetrics({ backpressuredMsPerSecond }), 1);
    expect(answer.backpressureLevel).toBe(level);
    expect(answer.subtasks[0]).toMatchObject({ ratio: backpressuredMsPerSecond / 1000 });
    expect(answer.subtasks[1]).toMatchObject({ backpressureLevel: 'ok' });
  });
});

describe('watermarks', () => {
  it.each([
    [undefined, '-9223372036854775808'],
    [Number.MIN_SAFE_INTEGER, '-9223372036854775808'],
    [-1, '-1'],
    [1_772_442_000_123.5, '1772442000123'],
    [Number.MAX_SAFE_INTEGER, '9223372036854775807'],
  ])('%s is %s', (watermarkMs, value) => {
    expect(describeWatermarks(withMetrics({ watermarkMs }))[0]).toEqual({
      id: '0.currentInputWatermark',
      value,
    });
  });
});

describe('a vertex', () => {
  it('names the worker and address of each subtask and aggregates the metrics', () => {
    const { workers, nowMs } = fakeSnapshot();
    const answer = describeVertex(window, workers, nowMs);
    expect(answer.subtasks.map((subtask) => subtask.endpoint)).toEqual([
      '10.244.1.17:6121',
      '10.244.2.17:6121',
      '10.244.1.17:6121',
      '10.244.2.17:6121',
    ]);
    const read = window.subtasks.map((subtask) => subtask.metrics.recordsIn);
    expect(answer.aggregated.metrics['read-records']).toMatchObject({
      sum: read.reduce((total, value) => total + value),
      max: Math.max(...read),
    });
    expect(answer.aggregated.metrics).not.toHaveProperty('read-records-complete');
  });

  it('says so when the worker is gone', () => {
    expect(describeVertex(window, [], 0).subtasks[0]?.endpoint).toBe('(unassigned)');
  });

  it('that has not started has no times', () => {
    expect(describeSpan({ startedMs: undefined, endedMs: undefined }, 9)).toEqual({
      'start-time': -1,
      'end-time': -1,
      duration: -1,
    });
  });
});
