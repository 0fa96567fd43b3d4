import { describe, expect, it } from 'vitest';

import {
  describeOverview,
  describeWorkerDetails,
  describeWorkers,
} from '../../../runtime/server/cluster-model.ts';
import { FAKE_JOB_ID, fakeIdleSnapshot, fakeSnapshot } from '../../support/fake-snapshot.ts';

const MIB = 1024 ** 2;

describe('overview', () => {
  it('counts slots and jobs by state', () => {
    expect(describeOverview(fakeSnapshot())).toMatchObject({
      taskmanagers: 2,
      'slots-total': 6,
      'slots-available': 2,
      'jobs-running': 1,
      'jobs-failed': 1,
      'jobs-finished': 0,
    });
  });

  it('counts a job that is being cancelled as running until it has ended', () => {
    const snapshot = fakeSnapshot();
    const jobs = [{ ...snapshot.jobs[0]!, status: 'CANCELLING' as const }];
    expect(describeOverview({ ...snapshot, jobs })).toMatchObject({
      'jobs-running': 1,
      'jobs-cancelled': 0,
    });
  });
});

describe('a worker', () => {
  it('reports the memory model in bytes, and its resources in MB', () => {
    const [worker] = describeWorkers(fakeSnapshot()).taskmanagers;
    const { memoryConfiguration: memory } = worker!;
    expect(memory).toMatchObject({
      taskHeap: 3 * 192 * MIB,
      networkMemory: 128 * MIB,
      jvmOverhead: 256 * MIB,
      totalProcessMemory: 2048 * MIB,
    });
    expect(memory.taskHeap + memory.networkMemory + memory.managedMemory + memory.jvmOverhead).toBe(
      memory.totalProcessMemory,
    );
    expect(worker!.totalResource).toMatchObject({ taskHeapMemory: 576, networkMemory: 128 });
    expect(worker!.freeResource).toMatchObject({ taskHeapMemory: 192, networkMemory: 42 });
  });

  it('lists a slot once, however many subtasks share it', () => {
    const details = describeWorkerDetails(fakeSnapshot(), 'worker-3fa90b12');
    expect(details?.allocatedSlots.map((slot) => slot.jobId)).toEqual([FAKE_JOB_ID, FAKE_JOB_ID]);
    expect(describeWorkerDetails(fakeIdleSnapshot(), 'worker-3fa90b12')?.allocatedSlots).toEqual(
      [],
    );
  });

  it('that is not registered is undefined', () => {
    expect(describeWorkerDetails(fakeSnapshot(), 'worker-x')).toBeUndefined();
  });
});
