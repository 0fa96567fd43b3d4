import { describe, expect, it } from 'vitest';

import {
  describeExceptions,
  describeJob,
  describeJobConfig,
  describeJobsOverview,
  describePlan,
} from '../../../runtime/server/job-model.ts';
import {
  FAKE_START_MS,
  fakeFinishedJob,
  fakeJob,
  fakeSnapshot,
} from '../../support/fake-snapshot.ts';

const { jobs, workers } = fakeSnapshot();
const failed = jobs[1]!;

describe('a job', () => {
  it('that runs has a duration and no end', () => {
    expect(describeJob(fakeJob(), FAKE_START_MS + 5_000)).toMatchObject({
      state: 'RUNNING',
      'start-time': FAKE_START_MS,
      'end-time': -1,
      duration: 5_000,
      'status-counts': { RUNNING: 5, FINISHED: 0 },
    });
  });

  it('that ended keeps its duration, and so do its vertices', () => {
    const answer = describeJob(fakeFinishedJob(9_000), FAKE_START_MS + 50_000);
    expect(answer).toMatchObject({ 'end-time': FAKE_START_MS + 9_000, duration: 9_000 });
    expect(answer.vertices[0]).toMatchObject({ status: 'FINISHED', duration: 9_000 - 310 });
  });

  it('sums what the subtasks of a vertex read and wrote', () => {
    const answer = describeJob(fakeJob(10_310), FAKE_START_MS + 10_310);
    expect(answer.vertices[1]?.metrics).toMatchObject({
      'read-records': 10 * 4 * 49_600,
      'write-records': 10 * 4 * 210,
    });
  });

  it('names every status of Flink in its timestamps, 0 for those not entered', () => {
    const { timestamps } = describeJob(fakeJob(), 0);
    expect(timestamps).toMatchObject({ RUNNING: FAKE_START_MS + 310, FAILED: 0, RESTARTING: 0 });
    expect(Object.keys(timestamps)).toHaveLength(11);
  });

  it('was last modified when its last status or subtask changed', () => {
    const all = describeJobsOverview(fakeSnapshot());
    expect(all.jobs[0]?.['last-modification']).toBe(FAKE_START_MS + 310);
    expect(all.jobs[1]?.['last-modification']).toBe(failed.endedMs);
    expect(all.jobs[1]?.tasks).toMatchObject({ total: 10, failed: 1, canceled: 9, running: 0 });
  });

  it("shows parameters as text, as Flink's user-config is", () => {
    const parameters = { text: 'a', number: 1.5, list: [1, 2], nothing: undefined };
    const answer = describeJobConfig({ ...fakeJob(), parameters });
    expect(answer['execution-config']['user-config']).toEqual({
      text: 'a',
      number: '1.5',
      list: '[1,2]',
      nothing: '',
    });
    expect(answer['execution-config']['job-parallelism']).toBe(4);
  });
});

describe('a plan', () => {
  it('escapes descriptions and leaves out the inputs of a source', () => {
    const { nodes } = describePlan(fakeJob());
    expect(nodes[0]).not.toHaveProperty('inputs');
    expect(nodes[0]?.description).toBe(
      'generator: requests -&gt; map: parse -&gt; timestamps: event time',
    );
    expect(nodes[2]?.description).toBe('process: alert on &lt;5% healthy');
    expect(nodes[1]?.inputs).toEqual([
      { num: 0, id: nodes[0]?.id, ship_strategy: 'HASH', exchange: 'pipelined_bounded' },
    ]);
  });
});

describe('exceptions', () => {
  const all = { maxExceptions: 20, labels: {} };

  it('tell the message, the facts, and then the stack', () => {
    const [entry] = describeExceptions(failed, workers, all).exceptionHistory.entries;
    const lines = entry!.stacktrace.split('\n');
    expect(lines[0]).toContain('map: parse threw');
    expect(lines[1]).toBe('  operator: map: parse');
    expect(lines[4]).toBe('TypeError: status is not a number');
    expect(entry).toMatchObject({
      exceptionName: 'USER_FUNCTION_FAILED',
      endpoint: '10.244.1.17:6121',
      taskManagerId: 'worker-3fa90b12',
      failureLabels: { code: 'USER_FUNCTION_FAILED', domain: 'user', retry: 'never' },
    });
  });

  it('of the job itself name no task and no worker', () => {
    const failures = [{ ...failed.failures[0]!, taskName: undefined, workerId: undefined }];
    const { exceptionHistory } = describeExceptions({ ...failed, failures }, workers, all);
    expect(exceptionHistory.entries[0]).toMatchObject({
      taskName: null,
      endpoint: null,
      taskManagerId: null,
    });
  });

  it('are cut at maxExceptions, and say so', () => {
    const failures = Array.from({ length: 3 }, (_, index) => ({
      ...failed.failures[0]!,
      atMs: 10 - index,
    }));
    const job = { ...failed, failures };
    const cut = describeExceptions(job, workers, { ...all, maxExceptions: 2 }).exceptionHistory;
    expect(cut.truncated).toBe(true);
    expect(cut.entries.map((entry) => entry.timestamp)).toEqual([10, 9]);
    expect(describeExceptions(job, workers, all).exceptionHistory.truncated).toBe(false);
  });

  it.each([
    [{ domain: 'user' }, 1],
    [{ domain: 'user', code: 'USER_FUNCTION_FAILED' }, 1],
    [{ domain: 'user', code: 'JOB_FAILED' }, 0],
    [{ constructor: 'x' }, 0],
  ])('with the labels %j: %d', (labels, found) => {
    const { exceptionHistory } = describeExceptions(failed, workers, {
      maxExceptions: 20,
      labels,
    });
    expect(exceptionHistory.entries).toHaveLength(found);
  });
});
