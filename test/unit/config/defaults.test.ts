// config/defaults.ts: the defaults are themselves legal, alone and together, and so are small local workers.

import { describe, expect, it } from 'vitest';
import { DEFAULTS, defaultHeapBytes } from '../../../runtime/config/defaults.ts';
import { renderEnvironment } from '../../../runtime/config/environment.ts';
import { findSettingProblems, loadSettings } from '../../../runtime/config/load.ts';

const MIB = 1024 ** 2;

describe('DEFAULTS', () => {
  it('are what an empty environment gives, and pass their own rules when written out', () => {
    expect(loadSettings({})).toMatchObject(DEFAULTS);
    expect(findSettingProblems(renderEnvironment(DEFAULTS))).toEqual([]);
  });

  it('suit a worker of 512 MiB with two slots', () => {
    expect(findSettingProblems({ TASK_MANAGER_MEMORY_MB: '512' })).toEqual([]);
  });
});

describe('defaultHeapBytes', () => {
  it('is half of the limit in whole MiB', () => {
    expect(defaultHeapBytes(1024 * MIB)).toBe(512 * MIB);
    expect(defaultHeapBytes(1025 * MIB)).toBe(512 * MIB);
  });
});
