// The division of memory against what Flink's own tool (BashJavaUtils of Flink 2.3.0) answers for the same configuration, in
// bytes: Flink keeps fractions as 32-bit numbers, so nothing here is a round figure by chance.

import { describe, expect, it } from 'vitest';
import {
  defaultNetworkBytes,
  findJobManagerProblem,
  findTaskManagerProblem,
  jobManagerHeapBytes,
  splitTaskManager,
} from '../../infra/engines/flink/memory-model.ts';
import type { TaskManagerRequest } from '../../infra/engines/flink/memory-model.ts';

const MIB = 1024 ** 2;

function request(processMib: number, more: Partial<TaskManagerRequest> = {}): TaskManagerRequest {
  const processBytes = processMib * MIB;
  const networkBytes = defaultNetworkBytes(processBytes);
  return { processBytes, networkBytes, heapBytes: undefined, managedBytes: undefined, ...more };
}

describe('splitTaskManager', () => {
  it('I1: divides the default size as documented: 192, 256, 128, 128, 128, 512, 384', () => {
    const { processBytes, ...parts } = splitTaskManager(request(1728));
    expect(parts).toEqual({
      overheadBytes: 192 * MIB,
      metaspaceBytes: 256 * MIB,
      frameworkHeapBytes: 128 * MIB,
      frameworkOffHeapBytes: 128 * MIB,
      networkBytes: 128 * MIB,
      managedBytes: 536_870_920,
      taskHeapBytes: 402_653_176,
    });
    expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(processBytes);
  });

  it('I1: gives managed memory what a heap leaves, as Flink checks it', () => {
    const networkBytes = 128 * MIB;
    const memory = splitTaskManager(request(2048, { heapBytes: 768 * MIB, networkBytes }));
    expect(memory).toMatchObject({ overheadBytes: 214_748_368, managedBytes: 456_340_272 });
    expect(memory.taskHeapBytes).toBe(768 * MIB);
  });

  it.each([
    ['least', 1_728, 192],
    ['a tenth', 4_096, 409.6],
    ['most', 20_480, 1_024],
  ])('keeps the overhead between its bounds: %s', (_what, processMib, overheadMib) => {
    const { overheadBytes } = splitTaskManager(request(processMib));
    expect(overheadBytes / MIB).toBeCloseTo(overheadMib, 3);
  });
});

describe('defaultNetworkBytes', () => {
  it.each([
    [1_024, 64],
    [1_728, 128],
    [4_096, 343],
  ])('of %d MiB is %d MiB', (processMib, networkMib) => {
    expect(defaultNetworkBytes(processMib * MIB)).toBe(networkMib * MIB);
  });
});

describe('I2: a size that is too small', () => {
  it('is refused with every part and the least total that is enough', () => {
    const rule = findTaskManagerProblem(request(1024));
    expect(rule).toBe(
      "the memory does not add up by Flink's model: 1024 MiB = JVM overhead 192 + JVM metaspace 256 + framework heap 128 + " +
        'framework off-heap 128 + network 64 + managed (state) 230.4 + task heap 25.6 MiB; the task heap needs at least 64 MiB: ' +
        'raise the total to 1089 MiB, or lower heap, network or state',
    );
    const networkBytes = 64 * MIB;
    expect(findTaskManagerProblem(request(1089, { networkBytes }))).toBeUndefined();
    expect(findTaskManagerProblem(request(1088, { networkBytes }))).toBeDefined();
  });

  it('is refused when a heap leaves less for the state than is asked', () => {
    const asked = { heapBytes: 1024 * MIB, managedBytes: 256 * MIB, networkBytes: 256 * MIB };
    expect(findTaskManagerProblem(request(2048, asked))).toMatch(
      /managed memory needs at least 256 MiB: raise the total to 2276 MiB/,
    );
  });

  it('of a JobManager leaves it no heap', () => {
    expect(jobManagerHeapBytes(1600 * MIB)).toBe(1024 * MIB);
    expect(findJobManagerProblem(1600 * MIB)).toBeUndefined();
    expect(findJobManagerProblem(512 * MIB)).toMatch(/leaves -64 MiB .* raise it to 704 MiB/);
    expect(findJobManagerProblem(704 * MIB)).toBeUndefined();
  });
});
