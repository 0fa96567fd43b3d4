// What Flink's parts of a stack are told about it: its config with the engine known to be Flink, and what follows from it in
// one place: the store, the generation of the job, and whether it runs on whatever slots there are.
//   I1. The generation changes with all that ends in the job's graph, and with nothing else. Kubernetes high availability keeps
//       the graph of a job by the cluster's id, so a changed job needs another id or the old one would run on.

import { CHECKPOINT_DIRECTORY, nameCluster } from '../../cluster-contract.ts';
import { nameByContent } from '../../k8s/content-name.ts';
import type { StackConfig } from '../../stack-schema.ts';
import type { FlinkSection } from './schema.ts';

/** A stack whose engine is Flink. */
export type FlinkStack = StackConfig & { readonly engine: FlinkSection };

export interface FlinkFacts {
  readonly config: FlinkStack;
  /** Prefix and hash of the job: the cluster's id for Flink, and the name that TaskManagers find the JobManager by. */
  readonly generation: string;
  /** Where checkpoints, savepoints and what high availability needs are kept; undefined when nothing outlives a pod. */
  readonly store: string | undefined;
  /** The job's parallelism, or undefined when it runs on all slots there are (Flink's reactive mode). */
  readonly parallelism: number | undefined;
}

/** Options whose values become part of the job's graph. */
const OPTIONS_OF_THE_GRAPH = /^(execution|pipeline|restart-strategy|state|table)\./;

/** Whether a stack runs Flink. */
export function isFlinkStack(config: StackConfig): config is FlinkStack {
  return config.engine.kind === 'flink';
}

/** `imageName` is what the image will be, known before it is built. */
export function gatherFacts(config: FlinkStack, imageName: string): FlinkFacts {
  const { job, kubernetes } = config;
  const store = storeOf(config);
  const parallelism = job.parallelism;
  const prefix = nameCluster(kubernetes.name).coordinator;
  const generation = nameByContent(prefix, contentOfJob(config, imageName)); // I1
  return { config, generation, store, parallelism };
}

function contentOfJob({ engine, job }: FlinkStack, imageName: string): object {
  const options = Object.entries(engine.flinkConfiguration);
  return {
    imageName,
    mainClass: engine.mainClass,
    args: engine.args,
    parallelism: job.parallelism ?? 'all slots',
    checkpoints: engine.checkpoints,
    restoreFrom: engine.restoreFrom ?? { kind: 'nothing' },
    options: Object.fromEntries(options.filter(([option]) => OPTIONS_OF_THE_GRAPH.test(option))),
  };
}

/** The folder that the volume is mounted at, or the one that the stack names. */
export function storeOf({ engine, storage }: FlinkStack): string | undefined {
  const { directory } = engine.checkpoints;
  if (directory !== undefined) return directory.replace(/\/$/, '');
  return storage.checkpoints.kind === 'none' ? undefined : `file://${CHECKPOINT_DIRECTORY}`;
}
