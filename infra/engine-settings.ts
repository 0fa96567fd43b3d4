// From a stack's config to the environment of its pods, through the engine's own table. What a pod only learns when it
// runs (its address) is not here: worker-pool.ts takes it from the downward API.

import { ENVIRONMENT, defaultHeapBytes, renderEnvironment } from '../runtime/deployment.ts';
import type { Role, Settings } from '../runtime/deployment.ts';
import { parallelismOf } from './sizing.ts';
import type { StackConfig } from './stack-schema.ts';

/** Ports of the container contract. */
export const REST_PORT = 8081;
export const RPC_PORT = 6123;
export const DATA_PORT = 6121;
export const PROBE_PORT = 8082;

/** Where the pods see their volumes. */
export const JOB_DIRECTORY = '/var/lib/millrace/jobs';
export const CHECKPOINT_DIRECTORY = '/var/lib/millrace/checkpoints';
export const SECRET_DIRECTORY = '/etc/millrace/secrets';

/** The variable that the downward API fills with a worker's address. */
export const WORKER_HOST_VARIABLE = ENVIRONMENT.workerHost.variable;

/** Names that several components must agree on, because they reach each other by them. */
export interface ClusterNames {
  readonly coordinator: string;
  readonly workers: string;
  /** Headless Service of the coordinator, for workers. */
  readonly rpcService: string;
  /** Service of the REST API and the page. */
  readonly restService: string;
}

/** The names of a cluster's objects, from its prefix. */
export function nameCluster(name: string): ClusterNames {
  return {
    coordinator: `${name}-coordinator`,
    workers: `${name}-worker`,
    rpcService: `${name}-coordinator-rpc`,
    restService: `${name}-rest`,
  };
}

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
    ...engine,
    jobName: job.name,
    jobsDirectory: JOB_DIRECTORY,
    jobParameters: job.parameters,
    parallelism: parallelismOf(config),
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
