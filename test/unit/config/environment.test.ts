// I1: what is rendered for a container is what the engine reads in it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ENVIRONMENT,
  renderEnvironment,
  SETTING_NAMES,
} from '../../../runtime/config/environment.ts';
import { loadSettings } from '../../../runtime/config/load.ts';
import { settingsShape } from '../../../runtime/config/schema.ts';
import type { Settings } from '../../../runtime/config/schema.ts';

const MIB = 1024 ** 2;

const word = fc.stringMatching(/^[a-z][a-z0-9./-]{0,20}$/);
const settings: fc.Arbitrary<Settings> = fc
  .record({
    jobName: fc.option(word, { nil: undefined }),
    jobsDirectory: fc.option(word, { nil: undefined }),
    jobParameters: fc.dictionary(word, fc.oneof(fc.string(), fc.integer(), fc.boolean())),
    parallelism: fc.integer({ min: 1, max: 128 }),
    coordinatorHost: word,
    rpcPort: fc.integer({ min: 1024, max: 20_000 }),
    restPort: fc.integer({ min: 20_001, max: 40_000 }),
    dataPort: fc.integer({ min: 40_001, max: 50_000 }),
    probePort: fc.oneof(fc.constant(0), fc.integer({ min: 50_001, max: 65_535 })),
    bindHost: word,
    workerHost: word,
    mode: fc.constantFrom('streaming', 'batch'),
    slots: fc.integer({ min: 1, max: 8 }),
    memoryLimitBytes: fc.integer({ min: 4096, max: 65_536 }).map((mib) => mib * MIB),
    heapBytes: fc.integer({ min: 256, max: 2048 }).map((mib) => mib * MIB),
    networkBytes: fc.integer({ min: 32, max: 512 }).map((mib) => mib * MIB),
    workerNodeOptions: fc.array(word, { maxLength: 3 }),
    logLevel: fc.constantFrom('debug', 'info', 'warn', 'error', 'silent'),
    heartbeatIntervalMs: fc.integer({ min: 1, max: 100_000 }),
    heartbeatTimeoutMs: fc.integer({ min: 200_001, max: 86_400_000 }),
    reportIntervalMs: fc.integer({ min: 1, max: 86_400_000 }),
    bufferTimeoutMs: fc.integer({ min: -1, max: 60_000 }),
    bufferBytes: fc.integer({ min: 12, max: 20 }).map((exponent) => 2 ** exponent),
    recordBytesMax: fc.integer({ min: 4096, max: 1024 * MIB }),
    overflowBytesMax: fc.integer({ min: 65_536, max: 2 ** 36 }),
    collectRowsMax: fc.integer({ min: 1, max: 100_000_000 }),
    restartDelayMs: fc.integer({ min: 1, max: 10_000 }),
    restartDelayMaxMs: fc.integer({ min: 10_000, max: 86_400_000 }),
    restartCountMax: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    slotRequestTimeoutMs: fc.integer({ min: 1, max: 86_400_000 }),
    drainTimeoutMs: fc.integer({ min: 1, max: 86_400_000 }),
  })
  .map((value) => value as Settings);

describe('renderEnvironment', () => {
  it('I1: load(render(settings)) gives the settings back', () => {
    fc.assert(
      fc.property(settings, (value) => {
        expect(loadSettings(renderEnvironment(value))).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it('writes only what it is given', () => {
    expect(renderEnvironment({ slots: 4, heartbeatIntervalMs: 1500 })).toEqual({
      TASK_MANAGER_NUMBER_TASK_SLOTS: '4',
      MILLRACE_HEARTBEAT_INTERVAL: '1500ms',
    });
  });

  it('writes buffers that leave only when full as off', () => {
    expect(renderEnvironment({ bufferTimeoutMs: -1 })).toEqual({ MILLRACE_BUFFER_TIMEOUT: 'off' });
  });
});

describe('renderEnvironment for a role', () => {
  const all = settingsOf({ jobName: 'monitoring', parallelism: 4, slots: 2, logLevel: 'debug' });

  it('gives each only what it reads, and both together everything', () => {
    const coordinator = renderEnvironment(all, 'coordinator');
    const worker = renderEnvironment(all, 'worker');
    expect({ ...worker, ...coordinator }).toEqual(renderEnvironment(all));
    expect(coordinator).toMatchObject({ JOB_NAME: 'monitoring', MILLRACE_LOG_LEVEL: 'debug' });
    expect(worker).toMatchObject({ TASK_MANAGER_NUMBER_TASK_SLOTS: '2' });
    const shared = Object.keys(worker).filter((variable) => variable in coordinator);
    expect(shared.toSorted()).toEqual([
      'MILLRACE_BIND_HOST',
      'MILLRACE_COLLECT_ROWS_MAX',
      'MILLRACE_LOG_LEVEL',
      'MILLRACE_RPC_PORT',
    ]);
  });

  it.each(['coordinator', 'worker'] as const)('I2: a %s is the same with or without', (role) => {
    const part = loadSettings(renderEnvironment(all, role));
    for (const name of SETTING_NAMES) {
      if (ENVIRONMENT[name].readBy.includes(role)) expect(part[name], name).toEqual(all[name]);
    }
  });
});

function settingsOf(some: Partial<Settings>): Settings {
  return loadSettings(renderEnvironment(some));
}

describe('ENVIRONMENT', () => {
  it('has one variable of its own for each setting of the schema', () => {
    const variables = SETTING_NAMES.map((name) => ENVIRONMENT[name].variable);
    expect(new Set(variables).size).toBe(variables.length);
    expect([...SETTING_NAMES].sort()).toEqual(Object.keys(settingsShape).sort());
  });
});
