// A ClusterSnapshot as a coordinator would make it while the job `monitoring` runs: one reader, HASH to four windows, HASH to
// two alert tasks, then sinks. Deterministic; `elapsedMs` moves every counter, so that a page that polls sees it live.

import type {
  ClusterSnapshot,
  JobSnapshot,
  SubtaskSnapshot,
  TaskSnapshot,
  WorkerSnapshot,
} from '../../runtime/protocol/cluster-snapshot.ts';
import type { JobId, TaskId, WorkerId } from '../../runtime/core/ids.ts';

/** Monday 2026-03-02 09:00:00 UTC. */
export const FAKE_START_MS = Date.UTC(2026, 2, 2, 9);
export const FAKE_JOB_ID = 'a3c1f09be27d4865b0d1926f7e845c3a' as JobId;
export const FAKE_FAILED_JOB_ID = '5d0e7b1c9a6f4328871be4c02d93fa60' as JobId;

const MIB = 1024 ** 2;
const workerIds = ['worker-3fa90b12', 'worker-c07e55d4'] as unknown as readonly [
  WorkerId,
  WorkerId,
];
const taskIds = {
  source: 'cbc357ccb763df2852fee8c4fc7d55f2' as TaskId,
  window: '90bea66de1c231edf33913ecd54406c1' as TaskId,
  alert: '2e588ce1c86a9d46e2e85186773ce4fd' as TaskId,
  rateSink: '7df19f87deec5680128845fd9a6ca18d' as TaskId,
  alertSink: '1fdd1fa2c1b5d4be23b0aa2cfa1a9d1c' as TaskId,
};
/** The task with four subtasks, a watermark and counters. */
export const FAKE_WINDOW_ID = taskIds.window;

interface Load {
  readonly inPerSecond: number;
  readonly outPerSecond: number;
  readonly busy: number;
  readonly backpressured: number;
  readonly bytesPerRecordIn: number;
  readonly bytesPerRecordOut: number;
  readonly counters?: Readonly<Record<string, number>>;
  readonly hasWatermark?: boolean;
}

/** A running cluster, `elapsedMs` after its job started. */
export function fakeSnapshot(elapsedMs = 95_000): ClusterSnapshot {
  const nowMs = FAKE_START_MS + elapsedMs;
  return {
    version: '0.1.0',
    nowMs,
    startedMs: FAKE_START_MS - 42_000,
    workers: [fakeWorker(0, nowMs), fakeWorker(1, nowMs)],
    jobs: [fakeJob(elapsedMs), fakeFailedJob()],
  };
}

/** A cluster that nobody has given a job yet. */
export function fakeIdleSnapshot(): ClusterSnapshot {
  const snapshot = fakeSnapshot(0);
  const workers = snapshot.workers.map((worker) => ({ ...worker, freeSlots: worker.slots }));
  return { ...snapshot, workers, jobs: [] };
}

/** The same job after its input ended. */
export function fakeFinishedJob(elapsedMs = 95_000): JobSnapshot {
  const job = fakeJob(elapsedMs);
  const endedMs = FAKE_START_MS + elapsedMs;
  const finish = (subtask: SubtaskSnapshot): SubtaskSnapshot => ({
    ...subtask,
    status: 'FINISHED',
    endedMs,
    metrics: { ...subtask.metrics, watermarkMs: Number.MAX_SAFE_INTEGER },
  });
  return {
    ...job,
    status: 'FINISHED',
    bounded: true,
    endedMs,
    timestampsMs: { ...job.timestampsMs, FINISHED: endedMs },
    tasks: job.tasks.map((task) => ({ ...task, subtasks: task.subtasks.map(finish) })),
  };
}

/** The running job alone. */
export function fakeJob(elapsedMs = 95_000): JobSnapshot {
  return {
    id: FAKE_JOB_ID,
    name: 'monitoring',
    attempt: 1,
    status: 'RUNNING',
    waitingFor: undefined,
    bounded: false,
    planHash: '8f14e45fceea167a',
    maxParallelism: 128,
    startedMs: FAKE_START_MS,
    endedMs: undefined,
    timestampsMs: {
      INITIALIZING: FAKE_START_MS,
      CREATED: FAKE_START_MS + 8,
      RUNNING: FAKE_START_MS + 310,
    },
    tasks: fakeTasks(elapsedMs),
    parameters: { 'events-per-second': 200_000, window: '10s', 'alert-threshold': 0.05 },
    failures: [],
  };
}

function fakeTasks(elapsedMs: number): TaskSnapshot[] {
  const rate = 'rate: { host: string, errors: int, requests: int, windowEnd: timestamp }';
  return [
    fakeTask(taskIds.source, ['generator: requests', 'map: parse', 'timestamps: event time'], 1, {
      inputs: [],
      load: sourceLoad,
      elapsedMs,
    }),
    fakeTask(taskIds.window, ['window: error rate by host'], 4, {
      inputs: [input(taskIds.source, 'HASH', '{ host: string, status: int, at: timestamp }')],
      load: windowLoad,
      elapsedMs,
    }),
    fakeTask(taskIds.alert, ['process: alert on <5% healthy'], 2, {
      inputs: [input(taskIds.window, 'HASH', rate)],
      load: sideLoad(420, 3),
      elapsedMs,
    }),
    fakeTask(taskIds.rateSink, ['sink: rates to files'], 2, {
      inputs: [input(taskIds.window, 'REBALANCE', rate)],
      load: sideLoad(420, 0),
      elapsedMs,
    }),
    fakeTask(taskIds.alertSink, ['sink: alerts to http'], 1, {
      inputs: [input(taskIds.alert, 'REBALANCE', '{ host: string, rate: float }')],
      load: sideLoad(6, 0),
      elapsedMs,
    }),
  ];
}

const sourceLoad: Load = {
  inPerSecond: 0,
  outPerSecond: 198_400,
  busy: 430,
  backpressured: 520,
  bytesPerRecordIn: 0,
  bytesPerRecordOut: 41,
  counters: { unparsableLines: 12 },
  hasWatermark: true,
};

function windowLoad(index: number): Load {
  return {
    inPerSecond: 49_600 + [900, -400, -1300, 800][index]!,
    outPerSecond: 210,
    busy: [962, 871, 804, 940][index]!,
    backpressured: 0,
    bytesPerRecordIn: 41,
    bytesPerRecordOut: 56,
    counters: { numLateRecordsDropped: [31, 4, 0, 17][index]! },
    hasWatermark: true,
  };
}

function sideLoad(inPerSecond: number, outPerSecond: number): Load {
  return {
    inPerSecond,
    outPerSecond,
    busy: 22,
    backpressured: 0,
    bytesPerRecordIn: 56,
    bytesPerRecordOut: 24,
    hasWatermark: true,
  };
}

function input(
  from: TaskId,
  shipStrategy: string,
  recordType: string,
): TaskSnapshot['inputs'][number] {
  return { from, shipStrategy, recordType };
}

function fakeTask(
  id: TaskId,
  operators: readonly string[],
  parallelism: number,
  rest: {
    readonly inputs: TaskSnapshot['inputs'];
    readonly load: Load | ((index: number) => Load);
    readonly elapsedMs: number;
  },
): TaskSnapshot {
  return {
    id,
    name: operators.join(' -> '),
    parallelism,
    maxParallelism: 128,
    slotSharingGroup: 'default',
    inputs: rest.inputs,
    operators: operators.map((name) => ({
      uid: name.replaceAll(/\W+/g, '-'),
      name,
      kind: name.split(':')[0] ?? '',
    })),
    subtasks: Array.from({ length: parallelism }, (_, index) => {
      const load = typeof rest.load === 'function' ? rest.load(index) : rest.load;
      return fakeSubtask(index, load, rest.elapsedMs);
    }),
  };
}

function fakeSubtask(index: number, load: Load, elapsedMs: number): SubtaskSnapshot {
  const runningMs = Math.max(elapsedMs - 310, 0);
  const perMille = { busy: load.busy, backpressured: load.backpressured };
  const idle = 1000 - perMille.busy - perMille.backpressured;
  const recordsIn = Math.round((load.inPerSecond * runningMs) / 1000);
  const recordsOut = Math.round((load.outPerSecond * runningMs) / 1000);
  return {
    index,
    status: 'RUNNING',
    workerId: workerIds[index % 2 === 0 ? 0 : 1],
    slot: index >> 1,
    startedMs: FAKE_START_MS + 310,
    endedMs: undefined,
    metrics: {
      recordsIn,
      recordsOut,
      bytesIn: recordsIn * load.bytesPerRecordIn,
      bytesOut: recordsOut * load.bytesPerRecordOut,
      recordsInPerSecond: load.inPerSecond,
      recordsOutPerSecond: load.outPerSecond,
      busyMsPerSecond: perMille.busy,
      idleMsPerSecond: idle,
      backpressuredMsPerSecond: perMille.backpressured,
      busyMsTotal: Math.round((runningMs * perMille.busy) / 1000),
      idleMsTotal: Math.round((runningMs * idle) / 1000),
      backpressuredMsTotal: Math.round((runningMs * perMille.backpressured) / 1000),
      watermarkMs:
        load.hasWatermark === true ? FAKE_START_MS + elapsedMs - 1_200 - index * 15 : undefined,
      counters: load.counters ?? {},
    },
  };
}

function fakeWorker(index: 0 | 1, nowMs: number): WorkerSnapshot {
  return {
    id: workerIds[index],
    address: `10.244.${index + 1}.17:6121`,
    dataPort: 6121,
    pid: 7 + index,
    slots: 3,
    freeSlots: 1,
    isDraining: false,
    lastHeartbeatMs: nowMs - 480 - index * 650,
    memory: {
      limitBytes: 2048 * MIB,
      overheadBytes: 256 * MIB,
      networkBytes: 128 * MIB,
      stateBytes: (2048 - 256 - 128 - 3 * 192) * MIB,
      heapBytesPerSlot: 192 * MIB,
    },
    cpuCores: 2,
    residentBytes: (817 - index * 105) * MIB,
  };
}

function fakeFailedJob(): JobSnapshot {
  const startedMs = FAKE_START_MS - 40_000;
  const endedMs = startedMs + 6_200;
  const job = fakeJob(6_200);
  const shift = (subtask: SubtaskSnapshot, isCulprit: boolean): SubtaskSnapshot => ({
    ...subtask,
    status: isCulprit ? 'FAILED' : 'CANCELED',
    startedMs: startedMs + 310,
    endedMs,
  });
  return {
    ...job,
    id: FAKE_FAILED_JOB_ID,
    status: 'FAILED',
    startedMs,
    endedMs,
    timestampsMs: {
      INITIALIZING: startedMs,
      CREATED: startedMs + 8,
      RUNNING: startedMs + 310,
      FAILING: endedMs - 40,
      FAILED: endedMs,
    },
    tasks: job.tasks.map((task) => ({
      ...task,
      subtasks: task.subtasks.map((subtask) =>
        shift(subtask, task.id === taskIds.source && subtask.index === 0),
      ),
    })),
    failures: [
      {
        atMs: endedMs - 40,
        taskName: job.tasks[0]?.name,
        workerId: workerIds[0],
        error: {
          code: 'USER_FUNCTION_FAILED',
          message:
            'map: parse threw "status is not a number". Handle such lines in the function, or filter them out before it.',
          details: {
            operator: 'map: parse',
            subtask: '0',
            record: '{"host":"web-07","line":"GET /cart - 14ms"}',
          },
          stack:
            'TypeError: status is not a number\n' +
            '    at parse (runtime/jobs/monitoring/job.ts:41:13)\n' +
            '    at step (runtime/operators/map.ts:22:18)\n' +
            '    at Task.run (runtime/worker/task.ts:118:9)',
        },
      },
    ],
  };
}
