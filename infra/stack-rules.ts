// Rules that look across the sections of a stack file, whatever engine it is for, and those of our own engine. Pure: sections in, problems out, each by path, with the rule and the
// arithmetic, so that a person can mend it without reading this file.
//   I1. A rule is judged only when every section it needs is right by itself: no follow-up complaints.

import { isAbsolute, normalize } from 'node:path';
import { findMemoryProblem, findSettingProblems } from '../runtime/deployment.ts';
import { renderEnvironments } from './engine-settings.ts';
import { flinkRules } from './engines/flink/rules.ts';
import { memoryRequestOf, sizeSlots, stateBytesOf } from './sizing.ts';
import { findSecretNames } from './stack-rule.ts';
import type { ConfigOrigin, ConfigProblem, Rule } from './stack-rule.ts';
import type { StackConfig } from './stack-schema.ts';

/** The end of a job's name that makes it a path. */
const JOB_MODULE = /\.(ts|js|mjs)$/;

const commonRules: readonly Rule[] = [
  { needs: ['workers', 'coordinator'], check: checkCpu },
  { needs: ['workers', 'autoscaling'], check: checkReplicas },
  { needs: ['autoscaling'], check: checkBounds },
  { needs: ['job', 'workers', 'autoscaling'], check: checkSlots },
  { needs: ['storage', 'workers', 'autoscaling'], check: checkSharedStorage },
  { needs: ['image'], check: checkRepository },
  { needs: ['kubernetes'], check: checkNamespace },
  { needs: ['exposure'], check: checkVisitors },
  { needs: ['security', 'image'], check: checkProductionImage },
  { needs: ['security', 'image'], check: checkProductionSecrets },
  { needs: ['security', 'exposure'], check: checkProductionExposure },
];

const millraceRules: readonly Rule[] = [
  { needs: ['workers'], check: checkMemory },
  { needs: ['workers'], check: checkState },
  { needs: ['storage', 'coordinator'], check: checkHighAvailability },
  { needs: ['job'], check: checkJobName },
  { needs: ['job', 'storage'], check: checkSavepointStorage },
  { needs: ['image', 'job'], check: checkJobPath },
  { needs: ['security', 'job'], check: checkProductionJob },
];

/** Every broken rule whose sections are present in `sections`. */
export function checkStackRules(
  sections: Partial<StackConfig>,
  origin: ConfigOrigin,
): readonly ConfigProblem[] {
  const rules = origin.engine === 'flink' ? flinkRules : millraceRules;
  const problems = [...rules, ...commonRules]
    .filter((rule) => rule.needs.every((name) => sections[name] !== undefined))
    .flatMap((rule) => rule.check(sections as StackConfig, origin));
  return problems.length === 0 && isComplete(sections) ? checkSettings(sections) : problems;
}

function isComplete(sections: Partial<StackConfig>): sections is StackConfig {
  const { job, workers, autoscaling, engine, kubernetes } = sections;
  return [job, workers, autoscaling, engine, kubernetes].every((section) => section !== undefined);
}

/** The last net: our engine's own loader judges what its pods will read, the two roles together. */
function checkSettings(config: StackConfig): readonly ConfigProblem[] {
  if (config.engine.kind !== 'millrace') return [];
  const { coordinator, worker } = renderEnvironments(config);
  const problems = findSettingProblems({ ...coordinator, ...worker });
  return problems.map(({ variable, value, rule }) => ({
    path: `engine (${variable})`,
    value,
    rule,
  }));
}

function checkMemory({ workers }: StackConfig): readonly ConfigProblem[] {
  const rule = findMemoryProblem(memoryRequestOf(workers));
  return rule === undefined ? [] : [{ path: 'workers.memory', rule }];
}

function checkState({ workers }: StackConfig): readonly ConfigProblem[] {
  const asked = workers.memory.state;
  const left = stateBytesOf(workers);
  if (asked === undefined || left === undefined || asked <= left) return [];
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;
  return [
    {
      path: 'workers.memory.state',
      value: mebibytes(asked),
      rule:
        `only ${mebibytes(left)} of ${mebibytes(workers.memory.total)} are left for the state after ` +
        `overhead, network and heap: raise the total by ${mebibytes(asked - left)} or lower the heap`,
    },
  ];
}

function checkCpu({ workers, coordinator }: StackConfig): readonly ConfigProblem[] {
  const sections = [
    ['workers.cpu', workers.cpu],
    ['coordinator.cpu', coordinator.cpu],
  ] as const;
  return sections.flatMap(([path, { request, limit }]) =>
    limit === undefined || limit >= request
      ? []
      : [
          {
            path: `${path}.limit`,
            value: `${limit}m`,
            rule: `must be at least the request, ${request}m`,
          },
        ],
  );
}

function checkReplicas({ workers, autoscaling }: StackConfig): readonly ConfigProblem[] {
  if (autoscaling.mode === 'none' || workers.replicas === undefined) return [];
  const rule =
    'the autoscaler owns the number of workers: leave it out, or set autoscaling.mode: none';
  return [{ path: 'workers.replicas', value: workers.replicas, rule }];
}

function checkBounds({ autoscaling }: StackConfig): readonly ConfigProblem[] {
  if (autoscaling.mode === 'none') return [];
  const { minReplicas, maxReplicas } = autoscaling;
  if (minReplicas <= maxReplicas) return [];
  const rule = `must be at most autoscaling.maxReplicas, ${maxReplicas}`;
  return [{ path: 'autoscaling.minReplicas', value: minReplicas, rule }];
}

function checkSlots(config: StackConfig): readonly ConfigProblem[] {
  const { parallelism } = config.job;
  const slots = sizeSlots(config);
  if (parallelism === undefined || parallelism <= slots.min) return [];
  const rule =
    `needs ${parallelism} slots, but ${slots.workersMin} workers x ${config.workers.slots} slots = ${slots.min}: ` +
    `run ${Math.ceil(parallelism / config.workers.slots)} workers, or lower the parallelism`;
  return [{ path: 'job.parallelism', value: parallelism, rule }];
}

function checkSharedStorage(config: StackConfig): readonly ConfigProblem[] {
  const { checkpoints } = config.storage;
  const { workersMax } = sizeSlots(config);
  if (checkpoints.kind === 'none' || checkpoints.accessMode === 'ReadWriteMany') return [];
  if (workersMax <= 1) return [];
  const rule = `up to ${workersMax} workers on different nodes share the checkpoints: use ReadWriteMany`;
  return [{ path: 'storage.checkpoints.accessMode', value: checkpoints.accessMode, rule }];
}

function checkHighAvailability({ coordinator, storage }: StackConfig): readonly ConfigProblem[] {
  if (!coordinator.highAvailability || storage.checkpoints.kind !== 'none') return [];
  const rule =
    'a new coordinator finds the jobs in the checkpoint storage: set storage.checkpoints';
  return [{ path: 'coordinator.highAvailability', value: true, rule }];
}

function checkJobName({ job }: StackConfig): readonly ConfigProblem[] {
  return job.name === undefined ? [{ path: 'job.name', rule: 'is required' }] : [];
}

function checkSavepointStorage({ job, storage }: StackConfig): readonly ConfigProblem[] {
  if (job.upgrade === 'stateless' || storage.checkpoints.kind !== 'none') return [];
  const rule = 'a savepoint is kept in the checkpoint storage: set storage.checkpoints';
  return [{ path: 'job.upgrade', value: job.upgrade, rule }];
}

function checkRepository({ image }: StackConfig): readonly ConfigProblem[] {
  if (image.source !== 'build' || !/:[^/]*$/.test(image.repository)) return [];
  const rule = 'must not have a tag: the program computes it from the sources';
  return [{ path: 'image.repository', value: image.repository, rule }];
}

/** The preview loads the job from this project, the pods from the image: one path must lead to it in both. */
function checkJobPath({ image, job }: StackConfig): readonly ConfigProblem[] {
  const { name } = job;
  if (name === undefined) return [];
  if (!name.includes('/') && !JOB_MODULE.test(name)) return [];
  const path = normalize(name);
  const rule =
    isAbsolute(path) || path.startsWith('..')
      ? 'must be relative to the root of the project, and is /app/<path> in the image'
      : image.source === 'build' && !path.startsWith('runtime/')
        ? 'is not in the image that is built here, which has only runtime/: build one on top of it ' +
          'with the job, and set image.source: prebuilt'
        : undefined;
  return rule === undefined ? [] : [{ path: 'job.name', value: name, rule }];
}

/** The stack creates the namespace and deletes it again, so it cannot be one that comes with the cluster. */
function checkNamespace({ kubernetes: { namespace } }: StackConfig): readonly ConfigProblem[] {
  if (namespace !== 'default' && !namespace.startsWith('kube-')) return [];
  const rule = 'belongs to the cluster, and the stack needs a namespace of its own: choose another';
  return [{ path: 'kubernetes.namespace', value: namespace, rule }];
}

/** Without either, the network policy would let nobody in: a page that never opens. */
function checkVisitors({ exposure }: StackConfig): readonly ConfigProblem[] {
  if (exposure.kind !== 'ingress') return [];
  if (exposure.fromNamespace !== undefined || exposure.fromRanges.length > 0) return [];
  const rule =
    'is required, for the policy to let the ingress controller in; or exposure.fromRanges, for a load ' +
    'balancer outside of the cluster';
  return [{ path: 'exposure.fromNamespace', rule }];
}

function checkProductionImage({ security, image }: StackConfig): readonly ConfigProblem[] {
  if (security.level !== 'production') return [];
  const references =
    image.source === 'build'
      ? { 'image.baseImage': image.baseImage, 'image.buildImage': image.buildImage }
      : { 'image.reference': image.reference };
  const rule = 'production needs a digest (@sha256:…) or a tag that is not latest';
  return Object.entries(references)
    .filter(([, reference]) => reference !== undefined && !isPinned(reference))
    .map(([path, value]) => ({ path, value, rule }));
}

function isPinned(reference: string): boolean {
  if (reference.includes('@')) return /@sha256:[0-9a-f]{64}$/.test(reference);
  const tag = /:([^/:]+)$/.exec(reference)?.[1];
  return tag !== undefined && tag !== 'latest';
}

function checkProductionJob({ security, job }: StackConfig): readonly ConfigProblem[] {
  if (security.level !== 'production') return [];
  const problems: ConfigProblem[] = findSecretNames(job.parameters, 'job.parameters').map(
    (path) => ({
      path,
      rule:
        'looks like a secret, and parameters are kept in a ConfigMap in clear: put it in a Secret, set ' +
        'job.secretName, and pass the path of its file under /etc/millrace/secrets',
    }),
  );
  if (job.upgrade === 'stateless') {
    const rule = 'production does not drop the state of a job at an upgrade: use savepoint';
    problems.push({ path: 'job.upgrade', value: job.upgrade, rule });
  }
  return problems;
}

function checkProductionSecrets(
  { security, image }: StackConfig,
  { encryptedSections }: ConfigOrigin,
): readonly ConfigProblem[] {
  if (security.level !== 'production' || image.source !== 'build') return [];
  if (image.registry === undefined || encryptedSections.has('image')) return [];
  const rule =
    'production keeps no secret in clear: run `pulumi config set --secret --path image.registry.password`';
  return [{ path: 'image.registry.password', rule }];
}

function checkProductionExposure({ security, exposure }: StackConfig): readonly ConfigProblem[] {
  if (security.level !== 'production' || exposure.kind !== 'ingress') return [];
  if (exposure.tlsSecretName !== undefined) return [];
  const rule = 'production serves the page over TLS only: name the Secret with the certificate';
  return [{ path: 'exposure.tlsSecretName', rule }];
}
