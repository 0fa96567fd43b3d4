// From a stack's config to the environment of our own engine's pods, through the engine's own table. What a pod only learns when it
// runs (its address) is not here: engines/millrace.ts takes it from the downward API.

import { defaultHeapBytes, renderEnvironment } from '../runtime/deployment.ts';
import type { Role, Settings } from '../runtime/deployment.ts';
import {
  DATA_PORT,
  JOB_DIRECTORY,
  PROBE_PORT,
  REST_PORT,
  RPC_PORT,
  nameCluster,
} from './cluster-contract.ts';
import { parallelismOf } from './sizing.ts';
import { jobNameOf } from './stack-schema.ts';
import type { StackConfig } from './stack-schema.ts';

/** The variables of each role's pods. */
export type Environments = Readonly<Record<Role, Readonly<Record<string, string>>>>;

/** Each role gets what it reads and no more, so that a change replaces only the pods that it concerns. */
export function renderEnvironments(config: StackConfig): Environments {
  const settings = toSettings(config);
  return {
    coordinator: renderEnvironment(settings, 'coordinator'),
    worker: renderEnvironment(settings, 'worker'),
  };
}

function toSettings(config: StackConfig): Partial<Settings> {
  const { job, workers, engine, kubernetes } = config;
  const { memory } = workers;
  return {
    ...(engine.kind === 'millrace' ? engine.settings : {}),
    jobName: jobNameOf(job),
    jobsDirectory: JOB_DIRECTORY,
    jobParameters: job.parameters,
    parallelism: parallelismOf(config),
    ...(job.mode === 'batch' ? { mode: job.mode } : {}),
    coordinatorHost: nameCluster(kubernetes.name).rpcService,
    rpcPort: RPC_PORT,
    restPort: REST_PORT,
    dataPort: DATA_PORT,
    probePort: PROBE_PORT,
    bindHost: '0.0.0.0',
    slots: workers.slots,
    memoryLimitBytes: memory.total,
    heapBytes: memory.heap ?? defaultHeapBytes(memory.total),
    networkBytes: memory.network,
    ...(workers.nodeOptions.length === 0 ? {} : { workerNodeOptions: workers.nodeOptions }),
    drainTimeoutMs: workers.drainTimeout,
  };
}
