// A Job that tries a new image with new settings before any pod of the cluster is replaced: what it can try, its engine
// knows (our own loads the job and compares its plan with the one of the preview). The Deployments wait for it, so that a broken
// image, job or setting fails `pulumi up` in bounded time while the old pods go on.
//   I1. It is named by all that it tries: any change of that makes another Job, and nothing else does.
//   I2. A mistake (exit code 1) fails it at once; what may pass, such as a lost node, is tried again until the deadline.
//   I3. One that has failed is replaced when the same is deployed again.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Engine } from '../engines/engine.ts';
import { nameByContent } from '../k8s/content-name.ts';
import { buildEnginePod } from '../k8s/engine-pod.ts';
import type { PodPlacement } from '../k8s/engine-pod.ts';
import { componentLabels } from '../k8s/labels.ts';
import type { CpuShare } from '../k8s/resources.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';

const GRACE_SECONDS = 5;
/** Waits longer than the Job itself takes to give up, so that the reason is the Job's. */
const AWAIT_MARGIN_SECONDS = 60;
const RETRIES_MAX = 2;

export interface PreflightArgs {
  readonly namespace: pulumi.Input<string>;
  /** The cluster's name: prefix of the name. */
  readonly instance: string;
  readonly image: pulumi.Input<string>;
  /** What `image` will be, known before it is built. */
  readonly imageName: string;
  readonly pullSecretName?: string | undefined;
  /** ConfigMaps with the settings of the coordinator and of the workers. */
  readonly settingsNames: readonly pulumi.Input<string>[];
  readonly engine: Engine;
  /** Of the plan that the preview has shown. */
  readonly planHash: string;
  readonly timeoutSeconds: number;
  /** As the coordinator's: what it can load, the coordinator can. */
  readonly cpu: CpuShare;
  readonly memoryBytes: number;
  readonly placement: PodPlacement;
  readonly transform?: {
    readonly serviceAccount?: Transform<k8s.core.v1.ServiceAccountArgs>;
    readonly job?: Transform<k8s.batch.v1.JobArgs>;
  };
}

/** Done when the Job has succeeded: pods that must not start otherwise depend on it. */
export class Preflight extends pulumi.ComponentResource {
  constructor(name: string, args: PreflightArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:Preflight', name, { planHash: args.planHash }, opts);
    const account = createServiceAccount(this, name, args);
    createJob(this, name, args, account.metadata.name);
    this.registerOutputs({});
  }
}

function createServiceAccount(
  parent: pulumi.Resource,
  name: string,
  args: PreflightArgs,
): k8s.core.v1.ServiceAccount {
  const account: k8s.core.v1.ServiceAccountArgs = {
    metadata: metadataOf(args, accountName(args)),
    automountServiceAccountToken: false,
  };
  return new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    applyTransform(account, args.transform?.serviceAccount),
    { parent },
  );
}

function createJob(
  parent: pulumi.Resource,
  name: string,
  args: PreflightArgs,
  serviceAccountName: pulumi.Input<string>,
): void {
  const tried = describeTried(args);
  const metadata = metadataOf(args, nameByContent(`${args.instance}-preflight`, tried));
  const job: k8s.batch.v1.JobArgs = {
    metadata: { ...metadata, annotations: { 'pulumi.com/replaceUnready': 'true' } }, // I3
    spec: buildSpec(args, { ...args, serviceAccountName }),
  };
  new k8s.batch.v1.Job(
    nameByContent(`${name}-job`, tried),
    applyTransform(job, args.transform?.job),
    { parent, customTimeouts: { create: `${args.timeoutSeconds + AWAIT_MARGIN_SECONDS}s` } },
  );
}

/** I1: the Job as it will be, with what is only known later in plain words. */
function describeTried(args: PreflightArgs): object {
  const names = {
    image: args.imageName,
    settingsNames: [],
    serviceAccountName: accountName(args),
  };
  return { environments: args.engine.settings, spec: buildSpec(args, names) };
}

interface LateNames {
  readonly image: pulumi.Input<string>;
  readonly settingsNames: readonly pulumi.Input<string>[];
  readonly serviceAccountName: pulumi.Input<string>;
}

function buildSpec(args: PreflightArgs, names: LateNames): k8s.types.input.batch.v1.JobSpec {
  return {
    activeDeadlineSeconds: args.timeoutSeconds,
    backoffLimit: RETRIES_MAX,
    podFailurePolicy: {
      rules: [
        {
          action: 'FailJob',
          onExitCodes: { containerName: 'preflight', operator: 'In', values: [1] }, // I2
        },
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      ],
    },
    template: {
      metadata: { labels: componentLabels(args.instance, 'preflight') },
      spec: buildEnginePod({
        component: 'preflight',
        program: args.engine.preflight,
        user: args.engine.user,
        image: names.image,
        pullSecretName: args.pullSecretName,
        settingsNames: filesOfOne(args.engine, names.settingsNames),
        settingsPlace: args.engine.settingsPlace,
        cpu: args.cpu,
        memoryBytes: args.memoryBytes,
        volumes: [],
        serviceAccountName: names.serviceAccountName,
        graceSeconds: GRACE_SECONDS,
        placement: args.placement,
        extra: { restartPolicy: 'Never' },
      }),
    },
  };
}

/** Variables of all roles go together in one container; a folder of files is one role's, here the coordinator's. */
function filesOfOne(
  { settingsPlace }: Engine,
  names: readonly pulumi.Input<string>[],
): readonly pulumi.Input<string>[] {
  return settingsPlace.kind === 'files' ? names.slice(0, 1) : names;
}

function accountName({ instance }: PreflightArgs): string {
  return `${instance}-preflight`;
}

function metadataOf(args: PreflightArgs, name: string) {
  return {
    name,
    namespace: args.namespace,
    labels: componentLabels(args.instance, 'preflight'),
  };
}
