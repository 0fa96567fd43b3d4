// The workers: a Deployment of pods that run the job's subtasks, how they may be disrupted, and whom they may talk to.
//   I1. With an autoscaler the number of replicas is neither set nor compared: the autoscaler owns it.
//   I2. A pool that can have more than one worker loses at most one at a time to a drained node; a pool of one sets no
//       budget, since that would keep the node from ever being drained.
//   I3. While the pool is rolled, no old worker goes before a new one is ready: a broken one leaves the old ones running.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { nameCluster } from '../cluster-contract.ts';
import type { Engine } from '../engines/engine.ts';
import { buildEnginePod } from '../k8s/engine-pod.ts';
import type { MountedVolume, PodPlacement } from '../k8s/engine-pod.ts';
import { componentLabels, selectorLabels } from '../k8s/labels.ts';
import type { CpuShare } from '../k8s/resources.ts';
import { describeRollout } from '../k8s/rollout.ts';
import type { Rollout } from '../k8s/rollout.ts';
import { allowFrom, allowOut, allowTo } from '../k8s/traffic-rules.ts';
import type { EgressRule } from '../k8s/traffic-rules.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';
import { grantRights } from './api-access.ts';

/** Between the end of the drain and the kill: to close sockets and write the last lines of the log. */
const GRACE_MARGIN_SECONDS = 10;

/** Who decides the number of workers, and the most there can be. */
export type Replicas =
  | { readonly kind: 'fixed'; readonly count: number }
  | { readonly kind: 'autoscaled'; readonly countMax: number };

export interface WorkerPoolArgs {
  readonly namespace: pulumi.Input<string>;
  /** The cluster's name: prefix of all names. */
  readonly instance: string;
  readonly image: pulumi.Input<string>;
  readonly pullSecretName?: string | undefined;
  readonly settingsName: pulumi.Input<string>;
  readonly engine: Engine;
  /** Decides which objects there are, hence plain. */
  readonly replicas: Replicas;
  readonly cpu: CpuShare;
  readonly memoryBytes: number;
  readonly drainTimeoutMs: number;
  /** Workers that start ahead of those that end, while the pool is rolled. */
  readonly surge: number;
  readonly placement: PodPlacement;
  readonly rollout: Rollout;
  /**
   * Volumes besides the directories that every pod has.
   * @default []
   */
  readonly volumes?: readonly MountedVolume[];
  /**
   * What workers may reach besides the coordinator and each other.
   * @default []
   */
  readonly egress?: readonly EgressRule[];
  readonly transform?: {
    readonly serviceAccount?: Transform<k8s.core.v1.ServiceAccountArgs>;
    readonly role?: Transform<k8s.rbac.v1.RoleArgs>;
    readonly deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
    readonly disruptionBudget?: Transform<k8s.policy.v1.PodDisruptionBudgetArgs>;
    readonly networkPolicy?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
  };
}

/** Gives the name of the Deployment, for an autoscaler. */
export class WorkerPool extends pulumi.ComponentResource {
  readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: WorkerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:WorkerPool', name, { replicas: { ...args.replicas } }, opts);
    const account = createServiceAccount(this, name, args);
    const { metadata } = account;
    const rights = createRights(this, name, args, metadata.name);
    createNetworkPolicy(this, name, args);
    const after = [...args.rollout.after, ...rights];
    const ready = { ...args, rollout: { ...args.rollout, after } };
    this.deploymentName = createDeployment(this, name, ready, metadata.name).metadata.name;
    if (countMaxOf(args.replicas) > 1) createDisruptionBudget(this, name, args); // I2
    this.registerOutputs({ deploymentName: this.deploymentName });
  }
}

function createServiceAccount(
  parent: pulumi.Resource,
  name: string,
  args: WorkerPoolArgs,
): k8s.core.v1.ServiceAccount {
  const account: k8s.core.v1.ServiceAccountArgs = {
    metadata: metadataOf(args),
    automountServiceAccountToken: false,
  };
  return new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    applyTransform(account, args.transform?.serviceAccount),
    { parent },
  );
}

function createRights(
  parent: pulumi.Resource,
  name: string,
  args: WorkerPoolArgs,
  accountName: pulumi.Input<string>,
): readonly pulumi.Resource[] {
  const { namespace, instance, engine } = args;
  return grantRights(parent, name, {
    namespace,
    instance,
    component: 'worker',
    accountName,
    roleName: nameCluster(instance).workers,
    rules: engine.rights.worker,
    transform: args.transform?.role,
  });
}

function createDeployment(
  parent: pulumi.Resource,
  name: string,
  args: WorkerPoolArgs,
  serviceAccountName: pulumi.Input<string>,
): k8s.apps.v1.Deployment {
  const { replicas } = args;
  const metadata = metadataOf(args);
  const { rollout, options } = describeRollout(args.rollout);
  const deployment: k8s.apps.v1.DeploymentArgs = {
    metadata: { ...metadata, ...takeReplicas(replicas) },
    spec: {
      ...(replicas.kind === 'fixed' ? { replicas: replicas.count } : {}), // I1
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: args.surge, maxUnavailable: 0 }, // I3
      },
      ...rollout,
      selector: { matchLabels: selectorLabels(args.instance, 'worker') },
      template: {
        metadata: { labels: metadata.labels },
        spec: buildWorkerPod(args, serviceAccountName),
      },
    },
  };
  return new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    applyTransform(deployment, args.transform?.deployment),
    { parent, ...options, ignoreChanges: replicas.kind === 'autoscaled' ? ['spec.replicas'] : [] }, // I1
  );
}

function buildWorkerPod(
  args: WorkerPoolArgs,
  serviceAccountName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  const { engine } = args;
  return buildEnginePod({
    ...args,
    component: 'worker',
    program: engine.worker,
    user: engine.user,
    settingsNames: [args.settingsName],
    settingsPlace: engine.settingsPlace,
    callsApi: engine.rights.worker.length > 0,
    volumes: args.volumes ?? [],
    serviceAccountName,
    graceSeconds: Math.ceil(args.drainTimeoutMs / 1_000) + GRACE_MARGIN_SECONDS,
    extra: { topologySpreadConstraints: spread(args.instance) },
  });
}

/**
 * After a time with an autoscaler its controller still owns the field; to set a number again, ours must take it back. Never
 * with an autoscaler: there it would fight.
 */
function takeReplicas(replicas: Replicas): k8s.types.input.meta.v1.ObjectMeta {
  return replicas.kind === 'fixed' ? { annotations: { 'pulumi.com/patchForce': 'true' } } : {};
}

/** Evenly over zones and nodes where possible; each revision for itself, so that a roll-out does not skew it. */
function spread(instance: string): k8s.types.input.core.v1.TopologySpreadConstraint[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
    nodeTaintsPolicy: 'Honor',
    labelSelector: { matchLabels: selectorLabels(instance, 'worker') },
    matchLabelKeys: ['pod-template-hash'],
  }));
}

function createDisruptionBudget(parent: pulumi.Resource, name: string, args: WorkerPoolArgs): void {
  const budget: k8s.policy.v1.PodDisruptionBudgetArgs = {
    metadata: metadataOf(args),
    spec: {
      maxUnavailable: 1,
      // A worker that crashes in a loop must not keep its node from being drained.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: selectorLabels(args.instance, 'worker') },
    },
  };
  new k8s.policy.v1.PodDisruptionBudget(
    `${name}-budget`,
    applyTransform(budget, args.transform?.disruptionBudget),
    { parent },
  );
}

/** In: data of other workers. Out: the coordinator's RPC, other workers' data, and what the stack allows. */
function createNetworkPolicy(parent: pulumi.Resource, name: string, args: WorkerPoolArgs): void {
  const { instance } = args;
  const { traffic } = args.engine;
  const policy: k8s.networking.v1.NetworkPolicyArgs = {
    metadata: metadataOf(args),
    spec: {
      podSelector: { matchLabels: selectorLabels(instance, 'worker') },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        ...allowFrom(instance, 'worker', traffic.betweenWorkers),
        ...allowFrom(instance, 'coordinator', traffic.coordinatorToWorkers),
      ],
      egress: [
        ...allowTo(instance, 'coordinator', traffic.workersToCoordinator),
        ...allowTo(instance, 'worker', traffic.betweenWorkers),
        ...allowOut(args.egress ?? []),
      ],
    },
  };
  new k8s.networking.v1.NetworkPolicy(
    `${name}-policy`,
    applyTransform(policy, args.transform?.networkPolicy),
    { parent },
  );
}

function countMaxOf(replicas: Replicas): number {
  return replicas.kind === 'fixed' ? replicas.count : replicas.countMax;
}

function metadataOf(args: WorkerPoolArgs) {
  return {
    name: nameCluster(args.instance).workers,
    namespace: args.namespace,
    labels: componentLabels(args.instance, 'worker'),
  };
}
