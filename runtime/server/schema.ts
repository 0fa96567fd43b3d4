// The shapes of the REST answers: Flink's, field for field, so that tools written for Flink's REST API read ours.
// Tests check every answer against these schemas; the page takes its types from here. What Flink reports and Millrace does
// not know is -1 or empty, as Flink itself says "not known"; docs/rest.md lists those fields.

import { z } from 'zod';

const count = z.int().nonnegative();
/** Epoch milliseconds, or -1 when the moment has not come or is not known. */
const moment = z.int().min(-1);
/** Milliseconds or bytes, or -1 when not known. */
const amount = z.int().min(-1);
const share = z.number().min(0).max(1);
const hexId = z.string().regex(/^[0-9a-f]{32}$/);

const jobStatus = z.enum([
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
]);
const subtaskStatus = z.enum([
  'CREATED',
  'DEPLOYING',
  'INITIALIZING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
]);

/** Every ExecutionState of Flink, in lower case, plus `total`. */
const taskCounts = z.strictObject({
  total: count,
  created: count,
  scheduled: count,
  deploying: count,
  running: count,
  finished: count,
  canceling: count,
  canceled: count,
  failed: count,
  reconciling: count,
  initializing: count,
});

/** Every ExecutionState of Flink. */
const executionStates = z.strictObject({
  CREATED: count,
  SCHEDULED: count,
  DEPLOYING: count,
  RUNNING: count,
  FINISHED: count,
  CANCELING: count,
  CANCELED: count,
  FAILED: count,
  RECONCILING: count,
  INITIALIZING: count,
});

/** `GET /overview` */
export const overviewSchema = z.strictObject({
  taskmanagers: count,
  'slots-total': count,
  'slots-available': count,
  'jobs-running': count,
  'jobs-finished': count,
  'jobs-cancelled': count,
  'jobs-failed': count,
  'flink-version': z.string(),
  'flink-commit': z.string(),
  'taskmanagers-blocked': count,
  'slots-free-and-blocked': count,
});

/** `GET /config` */
export const configSchema = z.strictObject({
  'refresh-interval': count,
  'timezone-name': z.string(),
  'timezone-offset': z.int(),
  'flink-version': z.string(),
  'flink-revision': z.string(),
  features: z.strictObject({
    'web-submit': z.boolean(),
    'web-cancel': z.boolean(),
    'web-rescale': z.boolean(),
    'web-history': z.boolean(),
  }),
});

/** `GET /jobs` */
export const jobsSchema = z.strictObject({
  jobs: z.array(z.strictObject({ id: hexId, status: jobStatus })),
});

/** `GET /jobs/overview` */
export const jobsOverviewSchema = z.strictObject({
  jobs: z.array(
    z.strictObject({
      jid: hexId,
      name: z.string(),
      state: jobStatus,
      'start-time': moment,
      'end-time': moment,
      duration: amount,
      'last-modification': moment,
      tasks: taskCounts,
      'pending-operators': count,
      schedulerType: z.string(),
      jobType: z.string(),
    }),
  ),
});

const plan = z.strictObject({
  jid: hexId,
  name: z.string(),
  type: z.string(),
  nodes: z.array(
    z.strictObject({
      id: hexId,
      parallelism: count,
      operator: z.string(),
      operator_strategy: z.string(),
      description: z.string(),
      inputs: z
        .array(
          z.strictObject({
            num: count,
            id: hexId,
            ship_strategy: z.string(),
            exchange: z.string(),
          }),
        )
        .optional(),
      optimizer_properties: z.strictObject({}),
    }),
  ),
});

/** Flink's IOMetricsInfo. */
const ioMetrics = z.strictObject({
  'read-bytes': count,
  'read-bytes-complete': z.boolean(),
  'write-bytes': count,
  'write-bytes-complete': z.boolean(),
  'read-records': count,
  'read-records-complete': z.boolean(),
  'write-records': count,
  'write-records-complete': z.boolean(),
  'accumulated-backpressured-time': count,
  'accumulated-idle-time': count,
  'accumulated-busy-time': count,
});

/** `GET /jobs/:id` */
export const jobDetailsSchema = z.strictObject({
  jid: hexId,
  name: z.string(),
  isStoppable: z.boolean(),
  state: jobStatus,
  'job-type': z.string(),
  'start-time': moment,
  'end-time': moment,
  duration: amount,
  maxParallelism: z.int(),
  now: moment,
  timestamps: z.record(z.string(), count),
  vertices: z.array(
    z.strictObject({
      id: hexId,
      slotSharingGroupId: z.string(),
      name: z.string(),
      maxParallelism: count,
      parallelism: count,
      status: subtaskStatus,
      'start-time': moment,
      'end-time': moment,
      duration: amount,
      tasks: executionStates,
      metrics: ioMetrics,
    }),
  ),
  'status-counts': executionStates,
  plan,
  'stream-graph': plan,
  'pending-operators': count,
});

/** `GET /jobs/:id/status` */
export const jobStatusSchema = z.strictObject({ status: jobStatus });

/** `GET /jobs/:id/plan` */
export const jobPlanSchema = z.strictObject({ plan });

/** `GET /jobs/:id/config` */
export const jobConfigSchema = z.strictObject({
  jid: hexId,
  name: z.string(),
  'execution-config': z.strictObject({
    'restart-strategy': z.string(),
    'job-parallelism': count,
    'object-reuse-mode': z.boolean(),
    'user-config': z.record(z.string(), z.string()),
  }),
});

/** `GET /jobs/:id/exceptions` */
export const jobExceptionsSchema = z.strictObject({
  exceptionHistory: z.strictObject({
    entries: z.array(
      z.strictObject({
        exceptionName: z.string(),
        stacktrace: z.string(),
        timestamp: moment,
        taskName: z.string().nullable(),
        endpoint: z.string().nullable(),
        taskManagerId: z.string().nullable(),
        failureLabels: z.record(z.string(), z.string()),
        concurrentExceptions: z.array(z.never()),
      }),
    ),
    truncated: z.boolean(),
  }),
});

const metricStatistics = z.strictObject({
  min: count,
  max: count,
  avg: count,
  sum: count,
  median: count,
  p25: count,
  p75: count,
  p95: count,
});

/** `GET /jobs/:id/vertices/:vertex` */
export const vertexDetailsSchema = z.strictObject({
  id: hexId,
  name: z.string(),
  parallelism: count,
  maxParallelism: count,
  now: moment,
  subtasks: z.array(
    z.strictObject({
      subtask: count,
      status: subtaskStatus,
      attempt: count,
      endpoint: z.string(),
      'start-time': moment,
      'end-time': moment,
      duration: amount,
      metrics: ioMetrics,
      'taskmanager-id': z.string(),
      'status-duration': z.record(z.string(), amount),
    }),
  ),
  aggregated: z.strictObject({ metrics: z.record(z.string(), metricStatistics) }),
});

const backpressureLevel = z.enum(['ok', 'low', 'high']);

/** `GET /jobs/:id/vertices/:vertex/backpressure` */
export const vertexBackpressureSchema = z.strictObject({
  status: z.literal('ok'),
  backpressureLevel,
  'end-timestamp': moment,
  subtasks: z.array(
    z.strictObject({
      subtask: count,
      'attempt-number': count,
      backpressureLevel,
      ratio: share,
      idleRatio: share,
      busyRatio: share,
    }),
  ),
});

/** `GET /jobs/:id/vertices/:vertex/watermarks`: the value is a Java long in decimal. */
export const vertexWatermarksSchema = z.array(
  z.strictObject({
    id: z.string().regex(/^\d+\.currentInputWatermark$/),
    value: z.string().regex(/^-?\d+$/),
  }),
);

/** Memory in MB here, as Flink's ResourceProfileInfo has it. */
const resource = z.strictObject({
  cpuCores: z.number().nonnegative(),
  taskHeapMemory: count,
  taskOffHeapMemory: count,
  managedMemory: count,
  networkMemory: count,
  extendedResources: z.strictObject({}),
});

const workerInfo = z.strictObject({
  id: z.string(),
  path: z.string(),
  dataPort: count,
  jmxPort: z.literal(-1),
  timeSinceLastHeartbeat: moment,
  slotsNumber: count,
  freeSlots: count,
  totalResource: resource,
  freeResource: resource,
  hardware: z.strictObject({
    cpuCores: z.number().nonnegative(),
    physicalMemory: count,
    freeMemory: count,
    managedMemory: count,
  }),
  memoryConfiguration: z.strictObject({
    frameworkHeap: count,
    taskHeap: count,
    frameworkOffHeap: count,
    taskOffHeap: count,
    networkMemory: count,
    managedMemory: count,
    jvmMetaspace: count,
    jvmOverhead: count,
    totalFlinkMemory: count,
    totalProcessMemory: count,
  }),
  blocked: z.boolean(),
});

/** `GET /taskmanagers` */
export const workersSchema = z.strictObject({ taskmanagers: z.array(workerInfo) });

/** `GET /taskmanagers/:id` */
export const workerDetailsSchema = workerInfo.extend({
  allocatedSlots: z.array(z.strictObject({ jobId: hexId, resource })),
  metrics: z.strictObject({
    heapUsed: amount,
    heapCommitted: amount,
    heapMax: amount,
    nonHeapUsed: amount,
    nonHeapCommitted: amount,
    nonHeapMax: amount,
    directCount: amount,
    directUsed: amount,
    directMax: amount,
    mappedCount: amount,
    mappedUsed: amount,
    mappedMax: amount,
    nettyShuffleMemorySegmentsAvailable: amount,
    nettyShuffleMemorySegmentsUsed: amount,
    nettyShuffleMemorySegmentsTotal: amount,
    nettyShuffleMemoryAvailable: amount,
    nettyShuffleMemoryUsed: amount,
    nettyShuffleMemoryTotal: amount,
    garbageCollectors: z.array(z.never()),
  }),
});

/** Every answer above 399. */
export const errorsSchema = z.strictObject({ errors: z.array(z.string()).min(1) });

/** `GET /readyz`, with 200 or 503. */
export const readinessSchema = z.strictObject({ ready: z.boolean() });

/** `PATCH /jobs/:id?mode=cancel`, with 202. */
export const acceptedSchema = z.strictObject({});

export type OverviewResponse = z.infer<typeof overviewSchema>;
export type ConfigResponse = z.infer<typeof configSchema>;
export type JobsResponse = z.infer<typeof jobsSchema>;
export type JobsOverviewResponse = z.infer<typeof jobsOverviewSchema>;
export type JobDetailsResponse = z.infer<typeof jobDetailsSchema>;
export type JobPlan = z.infer<typeof plan>;
export type JobConfigResponse = z.infer<typeof jobConfigSchema>;
export type JobExceptionsResponse = z.infer<typeof jobExceptionsSchema>;
export type ExecutionStateCounts = z.infer<typeof executionStates>;
export type IoMetrics = z.infer<typeof ioMetrics>;
export type MetricStatistics = z.infer<typeof metricStatistics>;
export type VertexDetailsResponse = z.infer<typeof vertexDetailsSchema>;
export type VertexBackpressureResponse = z.infer<typeof vertexBackpressureSchema>;
export type BackpressureLevel = z.infer<typeof backpressureLevel>;
export type VertexWatermarksResponse = z.infer<typeof vertexWatermarksSchema>;
export type WorkerInfo = z.infer<typeof workerInfo>;
export type WorkerResource = z.infer<typeof resource>;
export type WorkersResponse = z.infer<typeof workersSchema>;
export type WorkerDetailsResponse = z.infer<typeof workerDetailsSchema>;

/** What the page draws; defined apart because nothing of it is Flink's. */
export type { SnapshotResponse } from './snapshot-schema.ts';
