// The one table between settings and environment variables: which variable carries which setting, and how its value is
// written there ("10s", "64MiB", MiB as a bare number where the name of the variable says MB). Reading (load.ts) and
// rendering both go through it.
//   I1. What `renderEnvironment` writes, `loadSettings` reads back as the same values.
//   I2. What a role does not read does not change how it runs: its pods need not be replaced for it.

import { formatDuration, parseDurationMs, parseSizeBytes } from '../core/quantity.ts';
import { BUFFER_TIMEOUT_OFF } from './schema.ts';
import type { SettingName, Settings } from './schema.ts';

/** How a value is written in a variable. `parse` answers undefined for text that `expects` does not describe. */
interface TextForm<Value> {
  readonly expects: string;
  readonly parse: (text: string) => unknown;
  readonly render: (value: Value) => string;
}

/** What a process of the engine is; the verb that starts it. */
export type Role = 'coordinator' | 'worker';

/** Where a setting is found, how it is written there, and who reads it. The other role accepts it and does not look. */
export interface EnvironmentEntry<Value> extends TextForm<Value> {
  readonly variable: string;
  readonly readBy: readonly Role[];
}

type EnvironmentTable = {
  readonly [Name in SettingName]-?: EnvironmentEntry<Written<Settings[Name]>>;
};
type Written<Value> = Exclude<Value, undefined>;

const MIB = 1024 ** 2;

const text: TextForm<string> = {
  expects: 'must be text',
  parse: (written) => written,
  render: (value) => value,
};

const integer: TextForm<number> = {
  expects: 'must be a whole number',
  parse: (written) => (/^\d{1,15}$/.test(written) ? Number(written) : undefined),
  render: String,
};

const mebibytes: TextForm<number> = {
  expects: 'must be a whole number of MiB, without a unit',
  parse: (written) => (/^\d{1,9}$/.test(written) ? Number(written) * MIB : undefined),
  render: (bytes) => String(bytes / MIB),
};

const duration: TextForm<number> = {
  expects: 'must be a duration such as "500ms", "10s" or "5m"',
  parse: parseDurationMs,
  render: formatDuration,
};

const size: TextForm<number> = {
  expects: 'must be a size such as "32KiB" or "8MiB"',
  parse: parseSizeBytes,
  render: renderSize,
};

const bufferTimeout: TextForm<number> = {
  expects: 'must be a duration such as "10ms", 0 or "off"',
  parse: (written) => (written === 'off' ? BUFFER_TIMEOUT_OFF : parseDurationMs(written)),
  render: (value) => (value === BUFFER_TIMEOUT_OFF ? 'off' : formatDuration(value)),
};

const words: TextForm<readonly string[]> = {
  expects: 'must be words separated by blanks',
  parse: (written) => written.split(/\s+/).filter((word) => word !== ''),
  render: (value) => value.join(' '),
};

const jsonObject: TextForm<Readonly<Record<string, unknown>>> = {
  expects: 'must be a JSON object such as {"inputPath":"/data"}',
  parse: parseJsonObject,
  render: (value) => JSON.stringify(value),
};

const COORDINATOR: readonly Role[] = ['coordinator'];
const WORKER: readonly Role[] = ['worker'];
const BOTH: readonly Role[] = ['coordinator', 'worker'];

/** Which variable carries which setting. */
export const ENVIRONMENT: EnvironmentTable = {
  jobName: { variable: 'JOB_NAME', readBy: COORDINATOR, ...text },
  jobsDirectory: { variable: 'JOB_MANAGER_REMOTE_JOBS_DIR', readBy: BOTH, ...text },
  jobParameters: { variable: 'MILLRACE_JOB_PARAMETERS', readBy: COORDINATOR, ...jsonObject },
  parallelism: { variable: 'MILLRACE_PARALLELISM', readBy: COORDINATOR, ...integer },
  mode: { variable: 'MILLRACE_MODE', readBy: COORDINATOR, ...text },
  coordinatorHost: { variable: 'MILLRACE_COORDINATOR_HOST', readBy: WORKER, ...text },
  rpcPort: { variable: 'MILLRACE_RPC_PORT', readBy: BOTH, ...integer },
  restPort: { variable: 'MILLRACE_REST_PORT', readBy: COORDINATOR, ...integer },
  dataPort: { variable: 'MILLRACE_DATA_PORT', readBy: WORKER, ...integer },
  probePort: { variable: 'MILLRACE_PROBE_PORT', readBy: WORKER, ...integer },
  bindHost: { variable: 'MILLRACE_BIND_HOST', readBy: BOTH, ...text },
  workerHost: { variable: 'MILLRACE_WORKER_HOST', readBy: WORKER, ...text },
  slots: { variable: 'TASK_MANAGER_NUMBER_TASK_SLOTS', readBy: WORKER, ...integer },
  memoryLimitBytes: { variable: 'TASK_MANAGER_MEMORY_MB', readBy: WORKER, ...mebibytes },
  heapBytes: { variable: 'TASK_MANAGER_HEAP_MEMORY_MB', readBy: WORKER, ...mebibytes },
  networkBytes: { variable: 'TASK_MANAGER_NETWORK_BUFFER_MEMORY_MB', readBy: WORKER, ...mebibytes },
  workerNodeOptions: { variable: 'TASK_MANAGER_OPTS', readBy: WORKER, ...words },
  logLevel: { variable: 'MILLRACE_LOG_LEVEL', readBy: BOTH, ...text },
  heartbeatIntervalMs: {
    variable: 'MILLRACE_HEARTBEAT_INTERVAL',
    readBy: COORDINATOR,
    ...duration,
  },
  heartbeatTimeoutMs: { variable: 'MILLRACE_HEARTBEAT_TIMEOUT', readBy: COORDINATOR, ...duration },
  reportIntervalMs: { variable: 'MILLRACE_REPORT_INTERVAL', readBy: WORKER, ...duration },
  bufferTimeoutMs: { variable: 'MILLRACE_BUFFER_TIMEOUT', readBy: WORKER, ...bufferTimeout },
  bufferBytes: { variable: 'MILLRACE_BUFFER_SIZE', readBy: WORKER, ...size },
  recordBytesMax: { variable: 'MILLRACE_RECORD_SIZE_MAX', readBy: WORKER, ...size },
  overflowBytesMax: { variable: 'MILLRACE_OVERFLOW_SIZE_MAX', readBy: WORKER, ...size },
  collectRowsMax: { variable: 'MILLRACE_COLLECT_ROWS_MAX', readBy: BOTH, ...integer },
  restartDelayMs: { variable: 'MILLRACE_RESTART_DELAY', readBy: COORDINATOR, ...duration },
  restartDelayMaxMs: { variable: 'MILLRACE_RESTART_DELAY_MAX', readBy: COORDINATOR, ...duration },
  restartCountMax: { variable: 'MILLRACE_RESTART_COUNT_MAX', readBy: COORDINATOR, ...integer },
  slotRequestTimeoutMs: {
    variable: 'MILLRACE_SLOT_REQUEST_TIMEOUT',
    readBy: COORDINATOR,
    ...duration,
  },
  drainTimeoutMs: { variable: 'MILLRACE_DRAIN_TIMEOUT', readBy: WORKER, ...duration },
};

/** Every setting's name, in the order of the table. */
export const SETTING_NAMES = Object.keys(ENVIRONMENT) as readonly SettingName[];

/**
 * The variables that make `loadSettings` see these values; settings that are absent or undefined are left to defaults.
 * With a role, only what that role reads.
 */
export function renderEnvironment(
  settings: Partial<Settings>,
  role?: Role,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of SETTING_NAMES) {
    const value = settings[name];
    // The table pairs each name with the form of its own value; the compiler loses the pairing inside a loop.
    const entry = ENVIRONMENT[name] as EnvironmentEntry<unknown>;
    const isRead = role === undefined || entry.readBy.includes(role);
    if (value === undefined || !isRead) continue;
    environment[entry.variable] = entry.render(value);
  }
  return environment;
}

function renderSize(bytes: number): string {
  for (const [unit, unitBytes] of [
    ['GiB', 1024 ** 3],
    ['MiB', MIB],
    ['KiB', 1024],
  ] as const) {
    if (bytes !== 0 && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`;
  }
  return `${bytes}B`;
}

function parseJsonObject(written: string): unknown {
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === 'object' && !Array.isArray(value) && value !== null ? value : undefined;
  } catch {
    // Not JSON: the caller reports what was expected.
    return undefined;
  }
}
