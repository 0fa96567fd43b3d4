// Our own engine: settings are the variables of engine-settings.ts, and the coordinator only answers.
//   I1. No pod has a right in the cluster: none of them calls its API.

import { ENVIRONMENT } from '../../runtime/deployment.ts';
import {
  DATA_PORT,
  JOB_DIRECTORY,
  PROBE_PORT,
  REST_PORT,
  RPC_PORT,
  nameCluster,
} from '../cluster-contract.ts';
import type { Environments } from '../engine-settings.ts';
import { engineProbes } from '../k8s/probes.ts';
import { limitHeap } from '../k8s/resources.ts';
import { RUNTIME_USER } from '../k8s/security-context.ts';
import type { Engine, PodProgram, ScratchDirectory } from './engine.ts';

const MIB = 1024 ** 2;
const TMP_BYTES_MAX = 64 * MIB;
/** Job bundles; what a job works with is on the workers. */
const COORDINATOR_JOB_BYTES = 256 * MIB;
/** It loads a job and writes nothing. */
const PREFLIGHT_JOB_BYTES = 64 * MIB;

/** What follows from a stack's config for its pods. */
export interface MillraceFacts {
  /** The cluster's name: prefix of all names. */
  readonly instance: string;
  readonly environments: Environments;
  /** Of the plan that the preview has shown. */
  readonly planHash: string;
  readonly coordinatorMemoryBytes: number;
  readonly jobDirectoryBytesMax: number;
}

/** The engine of this repository. */
export function makeMillrace(facts: MillraceFacts): Engine {
  const { environments } = facts;
  return {
    user: RUNTIME_USER,
    settings: environments,
    settingsPlace: { kind: 'variables' },
    shownSettings: {
      'coordinator.env': listVariables(environments.coordinator),
      'worker.env': listVariables(environments.worker),
    },
    coordinator: {
      command: ['node', 'runtime/main.ts', 'coordinator'],
      env: [limitHeap(facts.coordinatorMemoryBytes)],
      ports: { rpc: RPC_PORT, rest: REST_PORT },
      probes: engineProbes(REST_PORT),
      scratch: scratch(COORDINATOR_JOB_BYTES),
    },
    worker: describeWorker(facts),
    preflight: {
      command: ['node', 'runtime/main.ts', 'check', '--plan-hash', facts.planHash],
      env: [limitHeap(facts.coordinatorMemoryBytes)],
      scratch: scratch(PREFLIGHT_JOB_BYTES),
    },
    traffic: {
      workersToCoordinator: [RPC_PORT],
      coordinatorToWorkers: [],
      betweenWorkers: [DATA_PORT],
    },
    discovery: {
      serviceName: nameCluster(facts.instance).rpcService,
      labels: {},
      ports: { rpc: RPC_PORT },
    },
    rights: { coordinator: [], worker: [] }, // I1
    coordinatorRunsJob: false,
  };
}

function describeWorker({ jobDirectoryBytesMax }: MillraceFacts): PodProgram {
  const fieldRef = { fieldPath: 'status.podIP' };
  return {
    command: ['node', 'runtime/main.ts', 'worker'],
    env: [{ name: ENVIRONMENT.workerHost.variable, valueFrom: { fieldRef } }],
    ports: { data: DATA_PORT, probe: PROBE_PORT },
    probes: engineProbes(PROBE_PORT),
    scratch: scratch(jobDirectoryBytesMax),
  };
}

function scratch(jobBytesMax: number): readonly ScratchDirectory[] {
  return [
    { name: 'tmp', path: '/tmp', bytesMax: TMP_BYTES_MAX },
    { name: 'jobs', path: JOB_DIRECTORY, bytesMax: jobBytesMax },
  ];
}

function listVariables(environment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(environment).map(([variable, value]) => `${variable}=${value}`);
  return `${lines.join('\n')}\n`;
}
