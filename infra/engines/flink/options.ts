// The mapping of a stack's keys to Flink's options: the one list that the configuration of the pods is rendered from, that the
// table of docs/flink.md is compared with, and that says which options a stack may not set by itself.
//   I1. Each role gets the options that its processes read.
//   I2. An option of this list, another name of it, or one that changes the same thing, is refused in
//       `engine.flinkConfiguration`, unless it is only a default here.

import type { Role } from '../../../runtime/deployment.ts';
import type { FlinkFacts } from './facts.ts';
import { splitTaskManager } from './memory-model.ts';
import type { TaskManagerRequest } from './memory-model.ts';
import type { StackConfig } from '../../stack-schema.ts';
import { REST_PORT, RPC_PORT, DATA_PORT } from '../../cluster-contract.ts';

/** Ports of Flink beside those that both engines have. */
export const BLOB_PORT = 6124;
export const TASK_MANAGER_RPC_PORT = 6122;
/** Metrics that the page shows go this way; Flink's own default is a random port, which no policy can name. */
export const METRICS_PORT = 6126;

const ANY_ADDRESS = '0.0.0.0';
const JOB_MANAGER: readonly Role[] = ['coordinator'];
const TASK_MANAGER: readonly Role[] = ['worker'];
const BOTH: readonly Role[] = ['coordinator', 'worker'];

/** One option, and the key of the stack file that it follows from. */
export interface MappedOption {
  readonly option: string;
  /** A key, or in words where it comes from. */
  readonly from: string;
  readonly roles: readonly Role[];
  /** A default that `engine.flinkConfiguration` may replace. */
  readonly isDefault?: boolean;
  /** Undefined when it is left to Flink. */
  readonly value: (facts: FlinkFacts) => string | number | boolean | undefined;
}

/** What Java 17 must open to Flink and its serializers; the official image's configuration has the same list. */
const JAVA_MODULES = [
  ...[
    'java.base/sun.net.util',
    'java.rmi/sun.rmi.registry',
    'jdk.compiler/com.sun.tools.javac.api',
    'jdk.compiler/com.sun.tools.javac.file',
    'jdk.compiler/com.sun.tools.javac.parser',
    'jdk.compiler/com.sun.tools.javac.tree',
    'jdk.compiler/com.sun.tools.javac.util',
    'java.security.jgss/sun.security.krb5',
  ].map((name) => `--add-exports=${name}=ALL-UNNAMED`),
  ...[
    ...['lang', 'net', 'io', 'nio', 'lang.reflect', 'text', 'time', 'util'],
    ...['util.concurrent', 'util.concurrent.atomic', 'util.concurrent.locks'],
  ].map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`),
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
].join(' ');

/** What a stack says of a TaskManager's memory. State on the heap leaves managed memory unused, so it gets none then. */
export function taskManagerRequestOf({
  workers: { memory },
  engine,
}: Pick<StackConfig, 'workers' | 'engine'>): TaskManagerRequest {
  const isOnHeap = engine.kind === 'flink' && engine.checkpoints.stateBackend === 'hashmap';
  return {
    processBytes: memory.total,
    networkBytes: memory.network,
    heapBytes: memory.heap,
    managedBytes: memory.state ?? (isOnHeap ? 0 : undefined),
  };
}

const bytes = (count: number): string => `${count}b`;
const milliseconds = (count: number): string => `${count} ms`;
const inStore =
  (folder: string) =>
  ({ store }: FlinkFacts): string | undefined =>
    store === undefined ? undefined : `${store}/${folder}`;
const whenAvailable =
  (value: (facts: FlinkFacts) => string | undefined) =>
  (facts: FlinkFacts): string | undefined =>
    facts.config.coordinator.highAvailability ? value(facts) : undefined;

const workerOptions: readonly MappedOption[] = [
  {
    option: 'taskmanager.numberOfTaskSlots',
    from: 'workers.slots',
    roles: TASK_MANAGER,
    value: ({ config }) => config.workers.slots,
  },
  {
    option: 'taskmanager.memory.process.size',
    from: 'workers.memory.total',
    roles: TASK_MANAGER,
    value: ({ config }) => bytes(config.workers.memory.total),
  },
  ...['min', 'max'].map((end) => ({
    option: `taskmanager.memory.network.${end}`,
    from: 'workers.memory.network',
    roles: TASK_MANAGER,
    value: ({ config }: FlinkFacts) => bytes(config.workers.memory.network),
  })),
  {
    option: 'taskmanager.memory.managed.size',
    from: 'workers.memory.heap, workers.memory.state, engine.checkpoints.stateBackend',
    roles: TASK_MANAGER,
    value: ({ config }) => bytes(splitTaskManager(taskManagerRequestOf(config)).managedBytes),
  },
  {
    option: 'env.java.opts.taskmanager',
    from: 'engine.taskManagerOptions',
    roles: TASK_MANAGER,
    value: ({ config: { engine } }) =>
      engine.taskManagerOptions.length === 0 ? undefined : engine.taskManagerOptions.join(' '),
  },
  {
    option: 'io.tmp.dirs',
    from: 'engine.jobDirectory',
    roles: BOTH,
    value: ({ config }) => config.engine.jobDirectory,
  },
];

const jobOptions: readonly MappedOption[] = [
  {
    option: 'jobmanager.memory.process.size',
    from: 'coordinator.memory',
    roles: JOB_MANAGER,
    value: ({ config }) => bytes(config.coordinator.memory),
  },
  {
    option: 'parallelism.default',
    from: 'job.parallelism',
    roles: JOB_MANAGER,
    value: ({ parallelism }) => parallelism,
  },
  {
    option: 'scheduler-mode',
    from: 'job.parallelism left out',
    roles: JOB_MANAGER,
    value: ({ parallelism }) => (parallelism === undefined ? 'reactive' : undefined),
  },
  {
    // Workers of one deployment start within seconds of each other; each one that is waited for saves a restart.
    option: 'jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout',
    from: 'job.parallelism left out',
    roles: JOB_MANAGER,
    isDefault: true,
    value: ({ parallelism }) => (parallelism === undefined ? '10 s' : undefined),
  },
  {
    // Finished is finished: a Deployment would start the process, and with it the job, again.
    option: 'execution.shutdown-on-application-finish',
    from: 'always',
    roles: JOB_MANAGER,
    value: () => false,
  },
];

const stateOptions: readonly MappedOption[] = [
  {
    option: 'execution.checkpointing.interval',
    from: 'engine.checkpoints.interval',
    roles: JOB_MANAGER,
    value: ({ config }) => milliseconds(config.engine.checkpoints.interval),
  },
  {
    option: 'execution.checkpointing.mode',
    from: 'engine.checkpoints.mode',
    roles: JOB_MANAGER,
    value: ({ config }) => config.engine.checkpoints.mode.toUpperCase().replaceAll('-', '_'),
  },
  {
    option: 'execution.checkpointing.timeout',
    from: 'engine.checkpoints.timeout',
    roles: JOB_MANAGER,
    value: ({ config }) => milliseconds(config.engine.checkpoints.timeout),
  },
  {
    option: 'state.backend.type',
    from: 'engine.checkpoints.stateBackend',
    roles: BOTH,
    value: ({ config }) => config.engine.checkpoints.stateBackend,
  },
  {
    option: 'execution.checkpointing.incremental',
    from: 'engine.checkpoints.stateBackend',
    roles: JOB_MANAGER,
    isDefault: true,
    value: ({ config }) => config.engine.checkpoints.stateBackend === 'rocksdb',
  },
  {
    option: 'execution.checkpointing.storage',
    from: 'storage.checkpoints, engine.checkpoints.directory',
    roles: BOTH,
    value: ({ store }) => (store === undefined ? 'jobmanager' : 'filesystem'),
  },
  {
    option: 'execution.checkpointing.dir',
    from: 'storage.checkpoints, engine.checkpoints.directory',
    roles: BOTH,
    value: inStore('checkpoints'),
  },
  {
    option: 'execution.checkpointing.savepoint-dir',
    from: 'storage.checkpoints, engine.checkpoints.directory',
    roles: BOTH,
    value: inStore('savepoints'),
  },
  {
    option: 'execution.checkpointing.externalized-checkpoint-retention',
    from: 'storage.checkpoints, engine.checkpoints.directory',
    roles: JOB_MANAGER,
    isDefault: true,
    value: ({ store }) => (store === undefined ? undefined : 'RETAIN_ON_CANCELLATION'),
  },
];

const availabilityOptions: readonly MappedOption[] = [
  {
    option: 'high-availability.type',
    from: 'coordinator.highAvailability',
    roles: BOTH,
    value: whenAvailable(() => 'kubernetes'),
  },
  {
    option: 'high-availability.storageDir',
    from: 'coordinator.highAvailability',
    roles: BOTH,
    value: whenAvailable(inStore('ha')),
  },
  // Kept results are how a JobManager that starts again knows of a job that has finished; it would run it once more.
  ...['job-result-store.delete-on-commit', 'application-result-store.delete-on-commit'].map(
    (option) => ({
      option,
      from: 'coordinator.highAvailability',
      roles: JOB_MANAGER,
      value: whenAvailable(() => 'false'),
    }),
  ),
  ...['high-availability.cluster-id', 'kubernetes.cluster-id'].map((option) => ({
    option,
    from: 'the generation of the job',
    roles: BOTH,
    value: whenAvailable(({ generation }) => generation),
  })),
  {
    option: 'kubernetes.namespace',
    from: 'kubernetes.namespace',
    roles: BOTH,
    value: whenAvailable(({ config }) => config.kubernetes.namespace),
  },
  {
    option: 'jobmanager.rpc.address',
    from: 'the generation of the job, without high availability',
    roles: BOTH,
    value: ({ config, generation }) =>
      config.coordinator.highAvailability ? undefined : generation,
  },
];

const addressOptions: readonly MappedOption[] = (
  [
    ['jobmanager.rpc.port', BOTH, RPC_PORT],
    ['jobmanager.bind-host', JOB_MANAGER, ANY_ADDRESS],
    ['blob.server.port', JOB_MANAGER, BLOB_PORT],
    ['rest.port', JOB_MANAGER, REST_PORT],
    ['rest.bind-address', JOB_MANAGER, ANY_ADDRESS],
    ['taskmanager.rpc.port', TASK_MANAGER, TASK_MANAGER_RPC_PORT],
    ['taskmanager.data.port', TASK_MANAGER, DATA_PORT],
    ['taskmanager.bind-host', TASK_MANAGER, ANY_ADDRESS],
    ['metrics.internal.query-service.port', BOTH, METRICS_PORT],
  ] as const
).map(([option, roles, value]) => ({ option, from: 'always', roles, value: () => value }));

const javaOptions: MappedOption = {
  option: 'env.java.opts.all',
  from: 'always',
  roles: BOTH,
  isDefault: true,
  value: () => JAVA_MODULES,
};

/** All of them, in the order of the documentation. */
export const MAPPED_OPTIONS: readonly MappedOption[] = [
  ...workerOptions,
  ...jobOptions,
  ...stateOptions,
  ...availabilityOptions,
  ...addressOptions,
  javaOptions,
];

/** Options that say the same as a mapped one, or part of it, by the key that is to be used. */
const REFUSED_OPTIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^taskmanager\.memory\.(?!(min-)?segment-size$)/,
    'workers.memory (total, heap, network, state)',
  ],
  [/^jobmanager\.(memory\.|heap\.)/, 'coordinator.memory'],
  [/^(state\.checkpoints\.dir|state\.savepoints\.dir)$/, 'engine.checkpoints.directory'],
  [/^state\.(checkpoint-storage|backend)$/, 'storage.checkpoints and engine.checkpoints'],
  [/^high-availability$/, 'coordinator.highAvailability'],
  [/^execution\.(savepoint|state-recovery)\./, 'engine.restoreFrom'],
  [/^(jobmanager\.scheduler|rest\.bind-port|rest\.address|taskmanager\.host)$/, 'the program'],
];

/** The key that sets an option or the same thing; undefined when a stack is free to set it. (I2) */
export function findOwner(option: string): string | undefined {
  const mapped = MAPPED_OPTIONS.find((each) => each.option === option);
  if (mapped !== undefined) return mapped.isDefault === true ? undefined : mapped.from;
  return REFUSED_OPTIONS.find(([pattern]) => pattern.test(option))?.[1];
}

/** The options of one role, the stack's own among them, sorted by name. (I1) */
export function renderOptions(
  facts: FlinkFacts,
  role: Role,
): readonly (readonly [string, string])[] {
  const options = new Map<string, string>();
  for (const { option, roles, value } of MAPPED_OPTIONS) {
    const rendered = roles.includes(role) ? value(facts) : undefined;
    if (rendered !== undefined) options.set(option, String(rendered));
  }
  for (const [option, value] of Object.entries(facts.config.engine.flinkConfiguration)) {
    if (concerns(option, role)) options.set(option, String(value));
  }
  return [...options].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** What is named after a role is for that role; a change of it need not replace the pods of the other. */
function concerns(option: string, role: Role): boolean {
  if (/^(taskmanager\.|env\.java\.opts\.taskmanager$)/.test(option)) return role === 'worker';
  if (/^(jobmanager\.|rest\.|web\.|env\.java\.opts\.jobmanager$)/.test(option)) {
    return role === 'coordinator';
  }
  return true;
}
