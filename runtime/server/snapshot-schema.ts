// `GET /millrace/snapshot`: the ClusterSnapshot as it arrives after JSON, which drops what is undefined. The page draws
// everything from this one answer, so that all figures on the screen are of the same moment.

import { z } from 'zod';

const perMille = z.number().min(0).max(1000);
const total = z.number().nonnegative();

const subtask = z.strictObject({
  index: z.int().nonnegative(),
  status: z.enum([
    'CREATED',
    'DEPLOYING',
    'INITIALIZING',
    'RUNNING',
    'FINISHED',
    'CANCELING',
    'CANCELED',
    'FAILED',
  ]),
  workerId: z.string(),
  slot: z.int(),
  startedMs: z.number().optional(),
  endedMs: z.number().optional(),
  metrics: z.strictObject({
    recordsIn: total,
    recordsOut: total,
    bytesIn: total,
    bytesOut: total,
    recordsInPerSecond: total,
    recordsOutPerSecond: total,
    busyMsPerSecond: perMille,
    idleMsPerSecond: perMille,
    backpressuredMsPerSecond: perMille,
    busyMsTotal: total,
    idleMsTotal: total,
    backpressuredMsTotal: total,
    watermarkMs: z.number().optional(),
    counters: z.record(z.string(), z.number()).readonly(),
  }),
});

const task = z.strictObject({
  id: z.string(),
  name: z.string(),
  parallelism: z.int().positive(),
  maxParallelism: z.int().positive(),
  slotSharingGroup: z.string(),
  inputs: z
    .array(z.strictObject({ from: z.string(), shipStrategy: z.string(), recordType: z.string() }))
    .readonly(),
  operators: z
    .array(z.strictObject({ uid: z.string(), name: z.string(), kind: z.string() }))
    .readonly(),
  subtasks: z.array(subtask).readonly(),
});

const failure = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    stack: z.string().optional(),
    details: z.record(z.string(), z.string()).readonly().optional(),
  }),
  atMs: z.number(),
  taskName: z.string().optional(),
  workerId: z.string().optional(),
});

const job = z.strictObject({
  id: z.string(),
  name: z.string(),
  attempt: z.int().positive(),
  waitingFor: z.string().optional(),
  status: z.enum([
    'INITIALIZING',
    'CREATED',
    'RUNNING',
    'FAILING',
    'FAILED',
    'CANCELLING',
    'CANCELED',
    'FINISHED',
  ]),
  bounded: z.boolean(),
  planHash: z.string(),
  maxParallelism: z.int().positive(),
  startedMs: z.number(),
  endedMs: z.number().optional(),
  timestampsMs: z.record(z.string(), z.number().optional()).readonly(),
  tasks: z.array(task).readonly(),
  parameters: z.record(z.string(), z.unknown()).readonly(),
  failures: z.array(failure).readonly(),
});

const worker = z.strictObject({
  id: z.string(),
  address: z.string(),
  dataPort: z.int(),
  pid: z.int(),
  slots: z.int().positive(),
  freeSlots: z.int().nonnegative(),
  isDraining: z.boolean(),
  lastHeartbeatMs: z.number(),
  memory: z.strictObject({
    limitBytes: total,
    overheadBytes: total,
    networkBytes: total,
    stateBytes: total,
    heapBytesPerSlot: total,
  }),
  cpuCores: z.number().nonnegative(),
  residentBytes: total,
});

/** What the page asks for each second. */
export const snapshotSchema = z.strictObject({
  version: z.string(),
  nowMs: z.number(),
  startedMs: z.number(),
  workers: z.array(worker).readonly(),
  jobs: z.array(job).readonly(),
});

export type SnapshotResponse = z.infer<typeof snapshotSchema>;
