// What the coordinator knows of the cluster, in Flink's words: pure functions from a snapshot to an answer.
// Jobs are in job-model.ts, tasks in vertex-model.ts.

import type { ClusterSnapshot, JobStatus, WorkerSnapshot } from '../protocol/cluster-snapshot.ts';
import type {
  ConfigResponse,
  OverviewResponse,
  WorkerDetailsResponse,
  WorkerInfo,
  WorkerResource,
  WorkersResponse,
} from './schema.ts';

/** How often a client that follows `/config` asks again. */
const REFRESH_INTERVAL_MS = 1_000;
/** What Flink reports for a number that it does not know. */
export const NOT_KNOWN = -1;

const BYTES_PER_MB = 1024 ** 2;
const NETWORK_BUFFER_BYTES = 32 * 1024;
const RUNNING: readonly JobStatus[] = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'CANCELLING',
];

/** `GET /overview` */
export function describeOverview(snapshot: ClusterSnapshot): OverviewResponse {
  const countJobs = (...statuses: readonly JobStatus[]): number =>
    snapshot.jobs.filter((job) => statuses.includes(job.status)).length;
  return {
    taskmanagers: snapshot.workers.length,
    'slots-total': sum(snapshot.workers, (worker) => worker.slots),
    'slots-available': sum(snapshot.workers, (worker) => worker.freeSlots),
    'jobs-running': countJobs(...RUNNING),
    'jobs-finished': countJobs('FINISHED'),
    'jobs-cancelled': countJobs('CANCELED'),
    'jobs-failed': countJobs('FAILED'),
    'flink-version': snapshot.version,
    'flink-commit': '<unknown>',
    'taskmanagers-blocked': snapshot.workers.filter((worker) => worker.isDraining).length,
    'slots-free-and-blocked': 0,
  };
}

/** `GET /config`: every time of this API is epoch milliseconds, hence UTC. */
export function describeConfig(snapshot: ClusterSnapshot): ConfigResponse {
  return {
    'refresh-interval': REFRESH_INTERVAL_MS,
    'timezone-name': 'Coordinated Universal Time',
    'timezone-offset': 0,
    'flink-version': snapshot.version,
    'flink-revision': '<unknown>',
    features: {
      'web-submit': false,
      'web-cancel': true,
      'web-rescale': false,
      'web-history': false,
    },
  };
}

/** `GET /taskmanagers` */
export function describeWorkers(snapshot: ClusterSnapshot): WorkersResponse {
  return { taskmanagers: snapshot.workers.map(describeWorker) };
}

/** `GET /taskmanagers/:id`; undefined when no such worker is registered. */
export function describeWorkerDetails(
  snapshot: ClusterSnapshot,
  workerId: string,
): WorkerDetailsResponse | undefined {
  const worker = snapshot.workers.find((candidate) => candidate.id === workerId);
  if (worker === undefined) return undefined;
  return {
    ...describeWorker(worker),
    allocatedSlots: jobsOfSlots(snapshot, worker).map((jobId) => ({
      jobId,
      resource: describeResource(worker, 1),
    })),
    metrics: describeWorkerMetrics(worker),
  };
}

function describeWorker(worker: WorkerSnapshot): WorkerInfo {
  const { memory } = worker;
  const heapBytes = worker.slots * memory.heapBytesPerSlot;
  return {
    id: worker.id,
    path: worker.address,
    dataPort: worker.dataPort,
    jmxPort: NOT_KNOWN,
    // Flink's name is misleading: its value is the moment of the last heartbeat.
    timeSinceLastHeartbeat: Math.round(worker.lastHeartbeatMs),
    slotsNumber: worker.slots,
    freeSlots: worker.freeSlots,
    totalResource: describeResource(worker, worker.slots),
    freeResource: describeResource(worker, worker.freeSlots),
    hardware: {
      cpuCores: worker.cpuCores,
      physicalMemory: memory.limitBytes,
      freeMemory: heapBytes,
      managedMemory: memory.stateBytes,
    },
    memoryConfiguration: {
      frameworkHeap: 0,
      taskHeap: heapBytes,
      frameworkOffHeap: 0,
      taskOffHeap: 0,
      networkMemory: memory.networkBytes,
      managedMemory: memory.stateBytes,
      jvmMetaspace: 0,
      jvmOverhead: memory.overheadBytes,
      totalFlinkMemory: Math.max(memory.limitBytes - memory.overheadBytes, 0),
      totalProcessMemory: memory.limitBytes,
    },
    blocked: worker.isDraining,
  };
}

/** The part of a worker that some of its slots have: all but the heap is shared, so it is divided evenly. */
function describeResource(worker: WorkerSnapshot, slots: number): WorkerResource {
  const part = worker.slots === 0 ? 0 : slots / worker.slots;
  const { memory } = worker;
  const toMb = (bytes: number): number => Math.floor(bytes / BYTES_PER_MB);
  return {
    cpuCores: worker.cpuCores * part,
    taskHeapMemory: toMb(memory.heapBytesPerSlot * slots),
    taskOffHeapMemory: 0,
    managedMemory: toMb(memory.stateBytes * part),
    networkMemory: toMb(memory.networkBytes * part),
    extendedResources: {},
  };
}

/** The job of each slot in use, in the order of slots. */
function jobsOfSlots(snapshot: ClusterSnapshot, worker: WorkerSnapshot): string[] {
  const jobOfSlot = new Map<number, string>();
  for (const job of snapshot.jobs.filter((candidate) => RUNNING.includes(candidate.status))) {
    for (const subtask of job.tasks.flatMap((task) => task.subtasks)) {
      if (subtask.workerId === worker.id) jobOfSlot.set(subtask.slot, job.id);
    }
  }
  return [...jobOfSlot].toSorted(([left], [right]) => left - right).map(([, jobId]) => jobId);
}

function describeWorkerMetrics(worker: WorkerSnapshot): WorkerDetailsResponse['metrics'] {
  return {
    heapUsed: NOT_KNOWN,
    heapCommitted: NOT_KNOWN,
    heapMax: worker.slots * worker.memory.heapBytesPerSlot,
    nonHeapUsed: NOT_KNOWN,
    nonHeapCommitted: NOT_KNOWN,
    nonHeapMax: NOT_KNOWN,
    directCount: NOT_KNOWN,
    directUsed: NOT_KNOWN,
    directMax: NOT_KNOWN,
    mappedCount: NOT_KNOWN,
    mappedUsed: NOT_KNOWN,
    mappedMax: NOT_KNOWN,
    nettyShuffleMemorySegmentsAvailable: NOT_KNOWN,
    nettyShuffleMemorySegmentsUsed: NOT_KNOWN,
    nettyShuffleMemorySegmentsTotal: Math.floor(worker.memory.networkBytes / NETWORK_BUFFER_BYTES),
    nettyShuffleMemoryAvailable: NOT_KNOWN,
    nettyShuffleMemoryUsed: NOT_KNOWN,
    nettyShuffleMemoryTotal: worker.memory.networkBytes,
    garbageCollectors: [],
  };
}

function sum<Item>(items: readonly Item[], figure: (item: Item) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
