// Loading: defaults, all problems at once (I1), no follow-up complaints (I2).

import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../../runtime/config/load.ts';
import { EngineError } from '../../../runtime/core/errors.ts';

const MIB = 1024 ** 2;

function refusal(environment: Record<string, string | undefined>): EngineError {
  try {
    loadSettings(environment);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('the environment was accepted');
}

describe('loadSettings', () => {
  it('fills every default from an empty environment', () => {
    expect(loadSettings({})).toMatchObject({
      rpcPort: 6123,
      restPort: 8081,
      dataPort: 6121,
      probePort: 8082,
      slots: 2,
      memoryLimitBytes: 1024 * MIB,
      heapBytes: 512 * MIB,
      networkBytes: 64 * MIB,
      heartbeatTimeoutMs: 10_000,
      bufferTimeoutMs: 10,
      bufferBytes: 32_768,
      jobParameters: {},
      workerNodeOptions: [],
    });
  });

  it('reads the units people write', () => {
    const settings = loadSettings({
      TASK_MANAGER_MEMORY_MB: '2048',
      MILLRACE_HEARTBEAT_TIMEOUT: '1.5m',
      MILLRACE_BUFFER_TIMEOUT: 'off',
      MILLRACE_BUFFER_SIZE: '64KiB',
      TASK_MANAGER_OPTS: '--max-semi-space-size=64  --expose-gc',
      MILLRACE_JOB_PARAMETERS: '{"inputPath":"/data","threshold":3}',
    });
    expect(settings).toMatchObject({
      heapBytes: 1024 * MIB,
      heartbeatTimeoutMs: 90_000,
      bufferTimeoutMs: -1,
      bufferBytes: 65_536,
      workerNodeOptions: ['--max-semi-space-size=64', '--expose-gc'],
      jobParameters: { inputPath: '/data', threshold: 3 },
    });
  });

  it('takes an empty variable for an unset one and leaves other variables alone', () => {
    const settings = loadSettings({ JOB_NAME: '', MILLRACE_RPC_PORT: ' ', PATH: '/bin' });
    expect(settings.jobName).toBeUndefined();
    expect(settings.rpcPort).toBe(6123);
  });

  it('freezes what it returns, parameters included', () => {
    const settings = loadSettings({ MILLRACE_JOB_PARAMETERS: '{"deep":{"value":1}}' });
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.jobParameters['deep'])).toBe(true);
  });

  it('I1: reports every problem at once with variable, value and rule', () => {
    const error = refusal({
      MILLRACE_RPC_PORT: '99999',
      MILLRACE_BUFFER_SIZE: '33KiB',
      MILLRACE_HEARTBEAT_INTERVAL: '10',
      TASK_MANAGER_HEAP_MEMORY_MB: '200MB',
      MILLRACE_JOB_PARAMETERS: '[1]',
      MILLRACE_LOG_LEVEL: 'loud',
    });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message.split('\n')).toEqual([
      '6 settings are wrong:',
      '  MILLRACE_JOB_PARAMETERS=[1]: must be a JSON object such as {"inputPath":"/data"}',
      '  MILLRACE_RPC_PORT=99999: must be between 0 and 65535',
      '  TASK_MANAGER_HEAP_MEMORY_MB=200MB: must be a whole number of MiB, without a unit',
      '  MILLRACE_LOG_LEVEL=loud: must be debug, info, warn, error or silent',
      '  MILLRACE_HEARTBEAT_INTERVAL=10: must be a duration such as "500ms", "10s" or "5m"',
      '  MILLRACE_BUFFER_SIZE=33KiB: must be a power of two',
    ]);
  });

  it('I2: a wrong field is not judged again across fields', () => {
    const { message } = refusal({ TASK_MANAGER_MEMORY_MB: 'lots', MILLRACE_RPC_PORT: 'x' });
    expect(message).toMatch(/^2 settings/);
    expect(message).not.toContain('add up');
  });

  it.each([
    [{ MILLRACE_HEARTBEAT_TIMEOUT: '2s' }, 'must be more than twice the interval of 1000ms'],
    [{ TASK_MANAGER_MEMORY_MB: '256' }, 'the memory does not add up: limit 256 MiB'],
    [{ TASK_MANAGER_HEAP_MEMORY_MB: '32' }, 'set the heap to 64 MiB or more'],
    [{ MILLRACE_REST_PORT: '6123' }, 'must be two different ports'],
    [{ MILLRACE_PROBE_PORT: '6121' }, 'must be two different ports'],
    [
      { MILLRACE_BUFFER_SIZE: '1MiB', TASK_MANAGER_NETWORK_BUFFER_MEMORY_MB: '8' },
      'holds 8 buffers, at least 16 are needed',
    ],
  ])('judges fields together: %o', (environment, rule) => {
    expect(refusal(environment).message).toContain(rule);
  });

  it('points from a misspelt variable to the right one', () => {
    expect(refusal({ MILLRACE_HEARTBEAT_INTRVAL: '1s' }).message).toContain(
      'did you mean MILLRACE_HEARTBEAT_INTERVAL?',
    );
  });

  it('ignores the variables that Kubernetes adds for Services', () => {
    const links = {
      MILLRACE_COORDINATOR_SERVICE_HOST: '10.0.0.1',
      MILLRACE_COORDINATOR_SERVICE_PORT_REST: '8081',
      MILLRACE_COORDINATOR_PORT: 'tcp://10.0.0.1:6123',
      MILLRACE_COORDINATOR_PORT_6123_TCP_ADDR: '10.0.0.1',
    };
    expect(loadSettings(links).rpcPort).toBe(6123);
  });
});
