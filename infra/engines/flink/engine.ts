// Apache Flink in application mode, standalone, on the official image's contract: `standalone-job` and `taskmanager`, the
// configuration in /opt/flink/conf, the job in /opt/flink/usrlib, user 9999.
//   I1. TaskManagers find only a JobManager that runs the same job: by the cluster's id with high availability, by a Service of
//       the job's own without. One of an old image never gets tasks of a new job.
//   I2. Rights only with high availability: a JobManager keeps who leads and where checkpoints are in ConfigMaps, a
//       TaskManager reads them.

import type * as k8s from '@pulumi/kubernetes';
import { REST_PORT, RPC_PORT, DATA_PORT } from '../../cluster-contract.ts';
import type { Probes } from '../../k8s/probes.ts';
import type { Discovery, Engine, PodProgram, ScratchDirectory } from '../engine.ts';
import type { FlinkFacts } from './facts.ts';
import { LOGGING, renderConfiguration } from './files.ts';
import { BLOB_PORT, METRICS_PORT, TASK_MANAGER_RPC_PORT, renderOptions } from './options.ts';

const MIB = 1024 ** 2;
const FLINK_USER = 9_999;
const HOME = '/opt/flink';
const TMP_BYTES_MAX = 128 * MIB;
/** Three log files of 10 MB and the one that is written. */
const LOG_BYTES_MAX = 64 * MIB;
/** Jars that Flink unpacks, and what it caches of the store. */
const COORDINATOR_JOB_BYTES = 512 * MIB;
/** The label of a JobManager's pods that the Service of its job selects. */
const GENERATION_LABEL = 'millrace.dev/generation';

/** Flink for one stack. */
export function makeFlink(facts: FlinkFacts): Engine {
  const { config } = facts;
  const coordinator = renderConfiguration(renderOptions(facts, 'coordinator'));
  const worker = renderConfiguration(renderOptions(facts, 'worker'));
  return {
    user: FLINK_USER,
    settings: {
      coordinator: { 'config.yaml': coordinator, 'log4j-console.properties': LOGGING },
      worker: { 'config.yaml': worker, 'log4j-console.properties': LOGGING },
    },
    settingsPlace: { kind: 'files', path: `${HOME}/conf` },
    shownSettings: { 'coordinator.yaml': coordinator, 'worker.yaml': worker },
    coordinator: describeJobManager(facts),
    worker: describeTaskManager(facts),
    preflight: describePreflight(facts),
    traffic: {
      workersToCoordinator: [RPC_PORT, BLOB_PORT, METRICS_PORT],
      coordinatorToWorkers: [TASK_MANAGER_RPC_PORT, METRICS_PORT],
      betweenWorkers: [DATA_PORT],
    },
    discovery: config.coordinator.highAvailability ? undefined : describeDiscovery(facts), // I1
    rights: config.coordinator.highAvailability ? rights : { coordinator: [], worker: [] },
    coordinatorRunsJob: true,
  };
}

function describeJobManager(facts: FlinkFacts): PodProgram {
  const { engine, coordinator } = facts.config;
  return {
    arguments: [
      'standalone-job',
      // A successor has another address, and whoever looks for the leader finds this one.
      ...(coordinator.highAvailability ? ['-Djobmanager.rpc.address=$(POD_IP)'] : []),
      ...['--job-classname', engine.mainClass],
      ...restoreArguments(engine.restoreFrom),
      // What follows is the job's, even when it is called like an option of Flink.
      ...(engine.args.length === 0 ? [] : ['--', ...engine.args]),
    ],
    env: podVariables(facts),
    ports: { rpc: RPC_PORT, blob: BLOB_PORT, rest: REST_PORT, metrics: METRICS_PORT },
    probes: probeJobManager(),
    scratch: scratch(facts, COORDINATOR_JOB_BYTES),
  };
}

function restoreArguments(
  restoreFrom: FlinkFacts['config']['engine']['restoreFrom'],
): readonly string[] {
  if (restoreFrom === undefined || restoreFrom.kind === 'nothing') return [];
  const { path, allowNonRestoredState } = restoreFrom;
  return ['--fromSavepoint', path, ...(allowNonRestoredState ? ['--allowNonRestoredState'] : [])];
}

function describeTaskManager(facts: FlinkFacts): PodProgram {
  return {
    arguments: [
      'taskmanager',
      '-Dtaskmanager.host=$(POD_IP)',
      // One that starts again in its pod takes its own place at once, instead of after the old one's heartbeats.
      '-Dtaskmanager.resource-id=$(POD_NAME)',
    ],
    env: podVariables(facts),
    ports: { rpc: TASK_MANAGER_RPC_PORT, data: DATA_PORT, metrics: METRICS_PORT },
    probes: probeTaskManager(),
    scratch: scratch(facts, facts.config.workers.jobDirectory),
  };
}

/** Java loads the job's class with the classes that it refers to, and runs nothing. */
function describePreflight(facts: FlinkFacts): PodProgram {
  const classPath = `${HOME}/lib/*:${HOME}/usrlib/*`;
  return {
    command: ['java', '--dry-run', '-cp', classPath, facts.config.engine.mainClass],
    env: [],
    scratch: scratch(facts, MIB),
  };
}

/** The downward API first: arguments refer to it. */
function podVariables({ config }: FlinkFacts): readonly k8s.types.input.core.v1.EnvVar[] {
  return [
    { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'JOB_MANAGER_REMOTE_JOBS_DIR', value: config.engine.jobDirectory },
  ];
}

function scratch({ config }: FlinkFacts, jobBytesMax: number): readonly ScratchDirectory[] {
  return [
    { name: 'tmp', path: '/tmp', bytesMax: TMP_BYTES_MAX },
    { name: 'log', path: `${HOME}/log`, bytesMax: LOG_BYTES_MAX },
    { name: 'jobs', path: config.engine.jobDirectory, bytesMax: jobBytesMax },
  ];
}

/** Ready when REST answers, which it does only as the leader; alive while it takes connections. */
function probeJobManager(): Probes {
  return {
    startupProbe: {
      httpGet: { path: '/overview', port: REST_PORT },
      periodSeconds: 2,
      timeoutSeconds: 3,
      failureThreshold: 90,
    },
    readinessProbe: {
      httpGet: { path: '/overview', port: REST_PORT },
      periodSeconds: 5,
      timeoutSeconds: 3,
    },
    livenessProbe: { tcpSocket: { port: RPC_PORT }, periodSeconds: 10, failureThreshold: 6 },
  };
}

/** A TaskManager ends by itself when it finds no JobManager, so an open port is all that there is to ask for. */
function probeTaskManager(): Probes {
  const tcpSocket = { port: TASK_MANAGER_RPC_PORT };
  return {
    startupProbe: { tcpSocket, periodSeconds: 2, failureThreshold: 90 },
    readinessProbe: { tcpSocket, periodSeconds: 5 },
    livenessProbe: { tcpSocket, periodSeconds: 10, failureThreshold: 6 },
  };
}

function describeDiscovery({ generation }: FlinkFacts): Discovery {
  return {
    serviceName: generation,
    labels: { [GENERATION_LABEL]: generation },
    ports: { rpc: RPC_PORT, blob: BLOB_PORT, metrics: METRICS_PORT },
  };
}

const configMaps = { apiGroups: [''], resources: ['configmaps'] };
const read = ['get', 'list', 'watch'];
/** I2: names are Flink's own, and follow from the cluster's id and the job's. */
const rights: Engine['rights'] = {
  coordinator: [{ ...configMaps, verbs: [...read, 'create', 'update', 'patch', 'delete'] }],
  worker: [{ ...configMaps, verbs: read }],
};
