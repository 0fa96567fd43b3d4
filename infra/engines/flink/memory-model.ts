// Flink's division of a process' memory, as Flink computes it from the size of the process: pure arithmetic with the defaults
// of Flink 2.x, in bytes. TaskManager: process = overhead + metaspace + framework heap + framework off-heap + network +
// managed + task heap. JobManager: process = overhead + metaspace + off-heap + heap.
//   I1. The parts add up to the process, and are those of BashJavaUtils of Flink 2.3.0 to within a few bytes.
//   I2. A heap that is too small is a problem here, in a preview, and not a container that is killed.

const MIB = 1024 ** 2;
const METASPACE_BYTES = 256 * MIB;
const FRAMEWORK_HEAP_BYTES = 128 * MIB;
const FRAMEWORK_OFF_HEAP_BYTES = 128 * MIB;
const JOB_MANAGER_OFF_HEAP_BYTES = 128 * MIB;
const OVERHEAD_BYTES_MIN = 192 * MIB;
const OVERHEAD_BYTES_MAX = 1024 * MIB;
const NETWORK_BYTES_MIN = 64 * MIB;
/** Least heap for the job's own objects in a TaskManager. */
const TASK_HEAP_BYTES_MIN = 64 * MIB;
/** What Flink recommends at least. */
const JOB_MANAGER_HEAP_BYTES_MIN = 128 * MIB;
// Flink keeps fractions as 32-bit numbers, which shows in the last bytes.
const OVERHEAD_FRACTION = Math.fround(0.1);
const NETWORK_FRACTION = Math.fround(0.1);
const MANAGED_FRACTION = Math.fround(0.4);
const PROCESS_BYTES_MAX = 1024 ** 4;

/** What a stack says of a TaskManager's memory. */
export interface TaskManagerRequest {
  readonly processBytes: number;
  readonly networkBytes: number;
  /** Heap for the job; what is left when undefined. */
  readonly heapBytes: number | undefined;
  /** Managed memory at least; with a heap it gets what is left, without one it is this or Flink's share. */
  readonly managedBytes: number | undefined;
}

/** The parts of a TaskManager's memory; a part below zero says that they do not add up. */
export interface TaskManagerMemory {
  readonly processBytes: number;
  readonly overheadBytes: number;
  readonly metaspaceBytes: number;
  readonly frameworkHeapBytes: number;
  readonly frameworkOffHeapBytes: number;
  readonly networkBytes: number;
  readonly managedBytes: number;
  readonly taskHeapBytes: number;
}

/** Share of the process that Flink sets aside for stacks, code cache and garbage collection. */
function overheadOf(processBytes: number): number {
  const share = Math.floor(processBytes * OVERHEAD_FRACTION);
  return Math.min(Math.max(share, OVERHEAD_BYTES_MIN), OVERHEAD_BYTES_MAX);
}

/** Network memory when a stack names none: a tenth of Flink's memory, 64 MiB at least, whole MiB. */
export function defaultNetworkBytes(processBytes: number): number {
  const flinkBytes = processBytes - overheadOf(processBytes) - METASPACE_BYTES;
  const share = Math.floor((flinkBytes * NETWORK_FRACTION) / MIB) * MIB;
  return Math.max(share, NETWORK_BYTES_MIN);
}

/** I1. */
export function splitTaskManager(request: TaskManagerRequest): TaskManagerMemory {
  const { processBytes, networkBytes } = request;
  const overheadBytes = overheadOf(processBytes);
  const flinkBytes = processBytes - overheadBytes - METASPACE_BYTES;
  const forJob = flinkBytes - FRAMEWORK_HEAP_BYTES - FRAMEWORK_OFF_HEAP_BYTES - networkBytes;
  const share = request.managedBytes ?? Math.floor(flinkBytes * MANAGED_FRACTION);
  const managedBytes = request.heapBytes === undefined ? share : forJob - request.heapBytes;
  return {
    processBytes,
    overheadBytes,
    metaspaceBytes: METASPACE_BYTES,
    frameworkHeapBytes: FRAMEWORK_HEAP_BYTES,
    frameworkOffHeapBytes: FRAMEWORK_OFF_HEAP_BYTES,
    networkBytes,
    managedBytes,
    taskHeapBytes: forJob - managedBytes,
  };
}

/** I2: why a TaskManager of this size would not start or not work, or undefined. */
export function findTaskManagerProblem(request: TaskManagerRequest): string | undefined {
  if (isEnough(request)) return undefined;
  const memory = splitTaskManager(request);
  const parts = listParts(memory).slice(0, -1);
  const sum = parts.map(([part, bytes]) => `${part} ${toMebibytes(bytes)}`).join(' + ');
  const needs =
    memory.taskHeapBytes < TASK_HEAP_BYTES_MIN
      ? `the task heap needs at least ${toMebibytes(TASK_HEAP_BYTES_MIN)} MiB`
      : `managed memory needs at least ${toMebibytes(request.managedBytes ?? 0)} MiB`;
  return (
    `the memory does not add up by Flink's model: ${toMebibytes(memory.processBytes)} MiB = ${sum} MiB; ` +
    `${needs}: raise the total to ${toMebibytes(findEnough(request))} MiB, or lower heap, network or state`
  );
}

function isEnough(request: TaskManagerRequest): boolean {
  const { taskHeapBytes, managedBytes } = splitTaskManager(request);
  return taskHeapBytes >= TASK_HEAP_BYTES_MIN && managedBytes >= (request.managedBytes ?? 0);
}

/** Every part grows with the process or stays, so the least size that is enough is found by halving. */
function findEnough(request: TaskManagerRequest): number {
  let tooFew = request.processBytes / MIB;
  let enough = PROCESS_BYTES_MAX / MIB;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough({ ...request, processBytes: middle * MIB })) enough = middle;
    else tooFew = middle;
  }
  return enough * MIB;
}

/** The parts by name; the last one is their sum and the container's limit. */
export function listParts(memory: TaskManagerMemory): readonly (readonly [string, number])[] {
  return [
    ['JVM overhead', memory.overheadBytes],
    ['JVM metaspace', memory.metaspaceBytes],
    ['framework heap', memory.frameworkHeapBytes],
    ['framework off-heap', memory.frameworkOffHeapBytes],
    ['network', memory.networkBytes],
    ['managed (state)', memory.managedBytes],
    ['task heap', memory.taskHeapBytes],
    ['limit', memory.processBytes],
  ];
}

/** Heap that a JobManager of this size has. */
export function jobManagerHeapBytes(processBytes: number): number {
  return processBytes - overheadOf(processBytes) - METASPACE_BYTES - JOB_MANAGER_OFF_HEAP_BYTES;
}

/** I2: why a JobManager of this size would not start, or undefined. */
export function findJobManagerProblem(processBytes: number): string | undefined {
  const heapBytes = jobManagerHeapBytes(processBytes);
  if (heapBytes >= JOB_MANAGER_HEAP_BYTES_MIN) return undefined;
  const lacking = Math.ceil((JOB_MANAGER_HEAP_BYTES_MIN - heapBytes) / MIB);
  return (
    `leaves ${toMebibytes(heapBytes)} MiB of heap to the JobManager after overhead, metaspace (256 MiB) and off-heap ` +
    `(128 MiB), and it needs 128 MiB: raise it to ${toMebibytes(processBytes) + lacking} MiB`
  );
}

/** To a tenth. */
function toMebibytes(bytes: number): number {
  return Math.round((bytes / MIB) * 10) / 10;
}
