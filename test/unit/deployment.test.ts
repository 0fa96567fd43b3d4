// The door: what infra/ relies on is there, and importing it opens nothing.

import { describe, expect, it } from 'vitest';
import * as door from '../../runtime/deployment.ts';

describe('runtime/deployment.ts', () => {
  it('renders settings and divides memory through one import', () => {
    const heapBytes = door.defaultHeapBytes(door.DEFAULTS.memoryLimitBytes);
    const memory = door.splitMemory({
      limitBytes: door.DEFAULTS.memoryLimitBytes,
      heapBytes,
      networkBytes: door.DEFAULTS.networkBytes,
      slots: door.DEFAULTS.slots,
    });
    expect(memory.heapBytesPerSlot * door.DEFAULTS.slots).toBe(heapBytes);
    expect(door.renderEnvironment({ heapBytes })).toEqual({ TASK_MANAGER_HEAP_MEMORY_MB: '512' });
  });

  it('describes every setting for the reference page', () => {
    for (const name of door.SETTING_NAMES) {
      expect(door.settingsShape[name].description, name).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('plans a job without running it, and says which job does not exist', async () => {
    const { lines, slotsNeeded } = await door.describeJob('monitoring', {}, { parallelism: 3 });
    expect(slotsNeeded).toBe(3);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/ \| uid /);
    await expect(door.describeJob('no-such-job', {}, { parallelism: 1 })).rejects.toMatchObject({
      code: 'JOB_NOT_FOUND',
    });
  });
});
