// What settings there are: name, unit, rule and description of each, once. The names of the environment variables and how
// values are written in them are in environment.ts; the values of what is left out in defaults.ts.
//   I1. Every field is present in resolved settings; the optional ones hold undefined.

import { z } from 'zod';

const KIB = 1024;
const MIB = 1024 ** 2;
const DAY_MS = 86_400_000;

/** `bufferTimeoutMs` when buffers leave only when full; written `off`. */
export const BUFFER_TIMEOUT_OFF = -1;

const port = z
  .int('must be a whole number')
  .min(0, 'must be between 0 and 65535')
  .max(65_535, 'must be between 0 and 65535');
const host = z.string().min(1).max(253).regex(/^\S+$/, 'must be a host name or an IP address');
const durationMs = z
  .int('must be a whole number of milliseconds')
  .min(1, 'must be at least 1ms')
  .max(DAY_MS, 'must be at most 1d');

/** The rule of each setting, on the value that the code sees. */
export const settingsShape = {
  jobName: z
    .string()
    .min(1)
    .max(200, 'must have at most 200 characters')
    .optional()
    .describe(
      'Job that this cluster runs: a name under the job directory, or a path of a job module.',
    ),
  jobsDirectory: z
    .string()
    .min(1)
    .optional()
    .describe('Volume with job bundles and local working files.'),
  jobParameters: z
    .record(z.string(), z.unknown())
    .describe("The job's parameters: a JSON object, checked against the job's own schema."),
  parallelism: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(32_768, 'must be at most 32768, the largest number of key groups')
    .describe('Parallelism of operators that set none.'),
  mode: z
    .enum(['streaming', 'batch'], 'must be streaming or batch')
    .describe(
      'How the job runs: streaming gives results as they become known, batch only final ones, of bounded input.',
    ),
  coordinatorHost: host.describe('Where workers reach the coordinator.'),
  rpcPort: port.describe('Port of the coordinator for workers; 0 takes a free one.'),
  restPort: port.describe('Port of the REST API and the web page; 0 takes a free one.'),
  dataPort: port.describe('Port of a worker for records of other workers; 0 takes a free one.'),
  probePort: port.describe("Port of a worker's readiness probe; 0 turns the probe off."),
  bindHost: host.describe('Address that servers listen on.'),
  workerHost: host.describe("Where other workers reach this one; in a pod, the pod's address."),
  slots: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(256, 'must be at most 256')
    .describe('Slots of a worker: threads, each running one subtask of every task.'),
  memoryLimitBytes: mebibytes(256, 1_048_576).describe("Memory limit of the worker's container."),
  heapBytes: mebibytes(32, 1_048_576).describe(
    'JavaScript heap of all slots together; half of the limit when left out.',
  ),
  networkBytes: mebibytes(4, 65_536).describe('Buffers between subtasks.'),
  workerNodeOptions: z
    .array(z.string().regex(/^\S+$/, 'must be Node flags separated by blanks'))
    .readonly()
    .describe(
      "Node flags of the slots' threads; NODE_OPTIONS does the same for the whole process.",
    ),
  logLevel: z
    .enum(
      ['debug', 'info', 'warn', 'error', 'silent'],
      'must be debug, info, warn, error or silent',
    )
    .describe('Least level that is logged.'),
  heartbeatIntervalMs: durationMs.describe('Time between two heartbeats of a worker.'),
  heartbeatTimeoutMs: durationMs.describe('Silence after which a worker counts as lost.'),
  reportIntervalMs: durationMs.describe('Time between two reports of metrics.'),
  bufferTimeoutMs: z
    .int('must be a whole number of milliseconds')
    .min(BUFFER_TIMEOUT_OFF, 'must be 0 or more, or "off"')
    .max(DAY_MS, 'must be at most 1d')
    .describe(
      'Longest wait of a record in a buffer that is not full; 0 sends after each batch, off only full buffers.',
    ),
  bufferBytes: z
    .int()
    .min(4 * KIB, 'must be between 4KiB and 1MiB')
    .max(MIB, 'must be between 4KiB and 1MiB')
    .refine((bytes) => Number.isInteger(Math.log2(bytes)), 'must be a power of two')
    .describe('Size of one network buffer, a power of two.'),
  recordBytesMax: sizeBetween(4 * KIB, KIB * MIB).describe('Largest encoded record.'),
  overflowBytesMax: sizeBetween(64 * KIB, 64 * KIB * MIB).describe(
    'Bound of what one input record may fan out to beyond free buffers, per task.',
  ),
  collectRowsMax: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(100_000_000, 'must be at most 100000000')
    .describe('Most results that a collect sink hands back.'),
  restartDelayMs: durationMs.describe(
    'Pause before a job that lost a worker runs again; each further one in a row is half as long again.',
  ),
  restartDelayMaxMs: durationMs.describe('Longest pause before a job runs again.'),
  restartCountMax: z
    .int('must be a whole number')
    .min(0, 'must be at least 0')
    .max(1_000_000, 'must be at most 1000000')
    .optional()
    .describe('Most restarts of a job in a row; 0 for none, no bound when left out.'),
  slotRequestTimeoutMs: durationMs.describe('How long a job waits for enough slots.'),
  drainTimeoutMs: durationMs.describe(
    'How long a worker that is told to stop lets its jobs come to their end.',
  ),
} as const;

/** What a process of the engine runs with: complete, checked and frozen, each field in the unit of its name. */
export type Settings = {
  readonly [Field in keyof typeof settingsShape]: z.output<(typeof settingsShape)[Field]>;
};

/** The name of a setting in code. */
export type SettingName = keyof Settings;

function mebibytes(least: number, most: number): z.ZodType<number> {
  const range = `must be between ${least} and ${most} MiB`;
  return z
    .int()
    .multipleOf(MIB, 'must be a whole number of MiB')
    .min(least * MIB, range)
    .max(most * MIB, range);
}

function sizeBetween(least: number, most: number): z.ZodType<number> {
  const range = `must be between ${least / KIB}KiB and ${most / MIB}MiB`;
  return z.int('must be whole bytes').min(least, range).max(most, range);
}
