// Rules across the sections of a stack that runs Flink, besides those that hold for every engine. Pure, but for one look at the
// disk: whether the jar is there.
//   I1. A key that only our own engine has is refused with the one to use instead, so that none is silently without effect.

import { existsSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';
import { CHECKPOINT_DIRECTORY } from '../../cluster-contract.ts';
import type { StackConfig } from '../../stack-schema.ts';
import { findSecretNames } from '../../stack-rule.ts';
import type { ConfigProblem, Rule } from '../../stack-rule.ts';
import { isFlinkStack, storeOf } from './facts.ts';
import type { FlinkStack } from './facts.ts';
import { findJobManagerProblem, findTaskManagerProblem } from './memory-model.ts';
import { findOwner, taskManagerRequestOf } from './options.ts';

/** For stacks with `engine.kind: flink`. */
export const flinkRules: readonly Rule[] = [
  { needs: ['job', 'workers'], check: refuseOtherKeys },
  { needs: ['workers', 'engine'], check: checkMemory },
  { needs: ['coordinator'], check: checkJobManagerMemory },
  { needs: ['job', 'autoscaling'], check: checkReactive },
  { needs: ['engine', 'image'], check: withEngine(checkJar) },
  { needs: ['engine'], check: withEngine(checkPassthrough) },
  { needs: ['engine', 'coordinator', 'storage'], check: withEngine(checkHighAvailability) },
  { needs: ['engine', 'storage'], check: withEngine(checkStores) },
  { needs: ['engine', 'security', 'coordinator'], check: withEngine(checkProduction) },
];

function withEngine(check: (config: FlinkStack) => readonly ConfigProblem[]): Rule['check'] {
  return (config) => (isFlinkStack(config) ? check(config) : []);
}

/** I1. */
function refuseOtherKeys({ job, workers }: StackConfig): readonly ConfigProblem[] {
  const others: readonly (readonly [string, unknown, boolean, string])[] = [
    ['job.name', job.name, job.name !== undefined, 'name its class in engine.mainClass'],
    [
      'job.parameters',
      job.parameters,
      Object.keys(job.parameters).length > 0,
      'pass them as engine.args',
    ],
    [
      'job.mode',
      job.mode,
      job.mode !== 'streaming',
      'set execution.runtime-mode in engine.flinkConfiguration',
    ],
    [
      'job.upgrade',
      job.upgrade,
      job.upgrade !== 'stateless',
      'take a savepoint and name it in engine.restoreFrom',
    ],
    [
      'workers.nodeOptions',
      workers.nodeOptions,
      workers.nodeOptions.length > 0,
      'flags of the JVM are engine.taskManagerOptions',
    ],
  ];
  return others
    .filter(([, , isSet]) => isSet)
    .map(([path, value, , instead]) => ({
      path,
      // Parameters may hold a secret.
      value: typeof value === 'object' ? undefined : value,
      rule: `is a key of our own engine; with Flink, ${instead}`,
    }));
}

function checkMemory({ workers, engine }: StackConfig): readonly ConfigProblem[] {
  const rule = findTaskManagerProblem(taskManagerRequestOf({ workers, engine }));
  return rule === undefined ? [] : [{ path: 'workers.memory', rule }];
}

function checkJobManagerMemory({ coordinator: { memory } }: StackConfig): readonly ConfigProblem[] {
  const rule = findJobManagerProblem(memory);
  const value = `${memory / 1024 ** 2}MiB`;
  return rule === undefined ? [] : [{ path: 'coordinator.memory', value, rule }];
}

function checkReactive({ job, autoscaling }: StackConfig): readonly ConfigProblem[] {
  if (autoscaling.mode === 'none' || job.parallelism === undefined) return [];
  const rule =
    'a job with a fixed parallelism does not use workers that an autoscaler adds: leave it out, and the job runs ' +
    'on all slots there are, or set autoscaling.mode: none';
  return [{ path: 'job.parallelism', value: job.parallelism, rule }];
}

function checkJar({ engine: { jar }, image }: FlinkStack): readonly ConfigProblem[] {
  if (image.source === 'prebuilt') {
    const rule = 'is in the image already when image.source is prebuilt: leave it out';
    return jar === undefined ? [] : [{ path: 'engine.jar', value: jar, rule }];
  }
  const problems: ConfigProblem[] = [];
  if (image.buildImage !== undefined) {
    const rule = 'is for npm, which an image of Flink does not need: leave it out';
    problems.push({ path: 'image.buildImage', value: image.buildImage, rule });
  }
  if (jar === undefined) {
    const rule = 'is required, to build an image with it: the jar with the job and what it needs';
    return [...problems, { path: 'engine.jar', rule }];
  }
  const isOutside = isAbsolute(jar) || normalize(jar).startsWith('..');
  const rule = isOutside
    ? 'must be relative to the root of this project'
    : existsSync(jar)
      ? undefined
      : 'is not there: build the job first, for example with `mvn package`';
  return rule === undefined ? problems : [...problems, { path: 'engine.jar', value: jar, rule }];
}

function checkPassthrough({
  engine: { flinkConfiguration },
}: FlinkStack): readonly ConfigProblem[] {
  return Object.entries(flinkConfiguration).flatMap(([option, value]): readonly ConfigProblem[] => {
    const path = `engine.flinkConfiguration.${option}`;
    const owner = findOwner(option);
    if (owner !== undefined) {
      const rule =
        owner === 'always' || owner === 'the program'
          ? 'is set by the program, since other parts of the stack depend on it: leave it out'
          : `follows from ${owner}: set that instead`;
      return [{ path, value, rule }];
    }
    return typeof value === 'string' && value.includes('\n')
      ? [{ path, rule: 'must be one line' }]
      : [];
  });
}

function checkHighAvailability(config: FlinkStack): readonly ConfigProblem[] {
  if (!config.coordinator.highAvailability || storeOf(config) !== undefined) return [];
  const rule =
    'a new JobManager finds its job and its checkpoints in a store: set storage.checkpoints or ' +
    'engine.checkpoints.directory';
  return [{ path: 'coordinator.highAvailability', value: true, rule }];
}

/** Stores that no pod sees: a folder that is no volume, and a volume that nothing is written to. */
function checkStores({ engine, storage }: FlinkStack): readonly ConfigProblem[] {
  const { directory } = engine.checkpoints;
  const problems: ConfigProblem[] = [];
  if (directory !== undefined && storage.checkpoints.kind !== 'none') {
    const rule = 'there is a volume for it too: keep one, storage.checkpoints or this directory';
    problems.push({ path: 'engine.checkpoints.directory', value: directory, rule });
  } else if (directory?.startsWith('file:') === true) {
    const rule = 'every pod must see it, and a folder of a pod is its own: use storage.checkpoints';
    problems.push({ path: 'engine.checkpoints.directory', value: directory, rule });
  }
  const path = engine.restoreFrom?.kind === 'snapshot' ? engine.restoreFrom.path : undefined;
  const folder = path?.replace(/^file:\/\//, '').replace(/^file:/, '');
  const isVisible = storage.checkpoints.kind === 'volume' || isOnData(folder, storage.data);
  if (folder?.startsWith('/') === true && !isVisible) {
    const rule =
      `is a folder of the pod, and no volume is mounted there: set storage.checkpoints (${CHECKPOINT_DIRECTORY}), or ` +
      'name the snapshot by the URI of its store';
    problems.push({ path: 'engine.restoreFrom.path', value: path, rule });
  }
  return problems;
}

function isOnData(folder: string | undefined, data: StackConfig['storage']['data']): boolean {
  return data !== undefined && folder?.startsWith(`${data.mountPath}/`) === true;
}

function checkProduction({ engine, security, coordinator }: FlinkStack): readonly ConfigProblem[] {
  if (security.level !== 'production') return [];
  const problems: ConfigProblem[] = findSecretNames(
    engine.flinkConfiguration,
    'engine.flinkConfiguration',
  ).map((path) => ({
    path,
    rule:
      'looks like a secret, and the configuration is kept in a ConfigMap in clear: give the pods an identity of ' +
      'the cloud, or let the job read a file of job.secretName',
  }));
  if (!coordinator.highAvailability) {
    const rule =
      'production does not lose the state of a job with its JobManager: set it, and storage.checkpoints';
    problems.push({ path: 'coordinator.highAvailability', value: false, rule });
  }
  if (engine.restoreFrom === undefined) {
    const rule =
      'production says what a changed job starts from: `kind: snapshot` with a savepoint, or `kind: nothing`';
    problems.push({ path: 'engine.restoreFrom', rule });
  }
  return problems;
}
