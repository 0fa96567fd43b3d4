// The value of every setting that may be left out, with its unit in the name. Nothing else in the engine holds a default.

const MIB = 1024 ** 2;

/** A setting that is not here has no default: it is either absent (`jobName`) or follows from others (`heapBytes`). */
export const DEFAULTS = {
  jobParameters: {},
  parallelism: 1,
  mode: 'streaming',
  coordinatorHost: '127.0.0.1',
  rpcPort: 6123,
  restPort: 8081,
  dataPort: 6121,
  probePort: 8082,
  bindHost: '0.0.0.0',
  workerHost: '127.0.0.1',
  slots: 2,
  memoryLimitBytes: 1024 * MIB,
  networkBytes: 64 * MIB,
  workerNodeOptions: [],
  logLevel: 'info',
  heartbeatIntervalMs: 1_000,
  heartbeatTimeoutMs: 10_000,
  reportIntervalMs: 500,
  bufferTimeoutMs: 10,
  bufferBytes: 32 * 1024,
  recordBytesMax: 8 * MIB,
  overflowBytesMax: 64 * MIB,
  collectRowsMax: 100_000,
  restartDelayMs: 1_000,
  restartDelayMaxMs: 60_000,
  slotRequestTimeoutMs: 300_000,
  drainTimeoutMs: 20_000,
} as const;

/** The heap of all slots together when it is not set: half of the limit, in whole MiB. */
export function defaultHeapBytes(memoryLimitBytes: number): number {
  return Math.floor(memoryLimitBytes / 2 / MIB) * MIB;
}
