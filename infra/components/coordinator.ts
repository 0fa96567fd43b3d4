// The coordinator: one pod that schedules the job and serves REST and the page, and the two Services that lead to it.
//   I1. There are never two coordinators at a time: the old one is gone before the new one starts.
//   I2. Workers find it before it is ready, because it may only be ready once they can.
// It has no right in the cluster: it calls no API, so there is no Role and no token. It is told to stop at once, without
// a pause before (preStop): by I1 there is no other one that could answer in the meantime.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { REST_PORT, RPC_PORT, nameCluster } from '../engine-settings.ts';
import { buildEnginePod } from '../k8s/engine-pod.ts';
import type { MountedVolume, PodPlacement } from '../k8s/engine-pod.ts';
import { componentLabels, selectorLabels } from '../k8s/labels.ts';
import { engineProbes } from '../k8s/probes.ts';
import { limitHeap } from '../k8s/resources.ts';
import type { CpuShare } from '../k8s/resources.ts';
import { describeRollout } from '../k8s/rollout.ts';
import type { Rollout } from '../k8s/rollout.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';

/** Job bundles; what a job works with is on the workers. */
const JOB_DIRECTORY_BYTES = 256 * 1024 ** 2;
/** It cancels what runs, closes its sockets and writes the last lines of its log. */
const GRACE_SECONDS = 30;

/** A proxy in front of the REST API: in pods of a namespace, or a load balancer with addresses of its own. */
export interface Visitors {
  readonly namespace: string | undefined;
  readonly ranges: readonly string[];
}

export interface CoordinatorArgs {
  readonly namespace: pulumi.Input<string>;
  /** The cluster's name: prefix of all names. */
  readonly instance: string;
  readonly image: pulumi.Input<string>;
  readonly pullSecretName?: string | undefined;
  readonly settingsName: pulumi.Input<string>;
  readonly cpu: CpuShare;
  readonly memoryBytes: number;
  readonly placement: PodPlacement;
  readonly rollout: Rollout;
  /**
   * A successor takes the jobs over from the checkpoint storage.
   * @default false
   */
  readonly highAvailability?: boolean;
  /**
   * Volumes besides the directories that every pod has.
   * @default []
   */
  readonly volumes?: readonly MountedVolume[];
  /**
   * Who outside of the namespace reaches the REST port.
   * @default nobody
   */
  readonly exposedTo?: Visitors | undefined;
  readonly transform?: {
    readonly serviceAccount?: Transform<k8s.core.v1.ServiceAccountArgs>;
    readonly deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
    readonly rpcService?: Transform<k8s.core.v1.ServiceArgs>;
    readonly restService?: Transform<k8s.core.v1.ServiceArgs>;
    readonly networkPolicy?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
  };
}

/** Gives the name of the REST Service. */
export class Coordinator extends pulumi.ComponentResource {
  readonly restServiceName: pulumi.Output<string>;

  constructor(name: string, args: CoordinatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:Coordinator', name, { memoryBytes: args.memoryBytes }, opts);
    const account = createServiceAccount(this, name, args);
    createNetworkPolicy(this, name, args);
    createRpcService(this, name, args);
    createDeployment(this, name, args, account.metadata.name);
    this.restServiceName = createRestService(this, name, args).metadata.name;
    this.registerOutputs({ restServiceName: this.restServiceName });
  }
}

function createServiceAccount(
  parent: pulumi.Resource,
  name: string,
  args: CoordinatorArgs,
): k8s.core.v1.ServiceAccount {
  const account: k8s.core.v1.ServiceAccountArgs = {
    metadata: metadataOf(args, nameCluster(args.instance).coordinator),
    automountServiceAccountToken: false,
  };
  return new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    applyTransform(account, args.transform?.serviceAccount),
    { parent },
  );
}

function createDeployment(
  parent: pulumi.Resource,
  name: string,
  args: CoordinatorArgs,
  serviceAccountName: pulumi.Input<string>,
): void {
  const metadata = metadataOf(args, nameCluster(args.instance).coordinator);
  const { rollout, options } = describeRollout(args.rollout);
  const deployment: k8s.apps.v1.DeploymentArgs = {
    metadata: {
      ...metadata,
      annotations: { 'millrace.dev/high-availability': String(args.highAvailability ?? false) },
    },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' }, // I1
      ...rollout,
      selector: { matchLabels: selectorLabels(args.instance, 'coordinator') },
      template: {
        metadata: { labels: metadata.labels },
        spec: buildEnginePod({
          ...args,
          component: 'coordinator',
          arguments: ['coordinator'],
          settingsNames: [args.settingsName],
          env: [limitHeap(args.memoryBytes)],
          ports: { rpc: RPC_PORT, rest: REST_PORT },
          probes: engineProbes(REST_PORT),
          jobDirectoryBytesMax: JOB_DIRECTORY_BYTES,
          volumes: args.volumes ?? [],
          serviceAccountName,
          graceSeconds: GRACE_SECONDS,
        }),
      },
    },
  };
  new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    applyTransform(deployment, args.transform?.deployment),
    { parent, ...options },
  );
}

/** Headless: workers connect to the pod itself, so that a connection tells when it is gone. */
function createRpcService(parent: pulumi.Resource, name: string, args: CoordinatorArgs): void {
  const service: k8s.core.v1.ServiceArgs = {
    metadata: metadataOf(args, nameCluster(args.instance).rpcService),
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true, // I2
      selector: selectorLabels(args.instance, 'coordinator'),
      ports: [{ name: 'rpc', port: RPC_PORT, targetPort: 'rpc' }],
    },
  };
  new k8s.core.v1.Service(`${name}-rpc`, applyTransform(service, args.transform?.rpcService), {
    parent,
  });
}

function createRestService(
  parent: pulumi.Resource,
  name: string,
  args: CoordinatorArgs,
): k8s.core.v1.Service {
  const service: k8s.core.v1.ServiceArgs = {
    metadata: metadataOf(args, nameCluster(args.instance).restService),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(args.instance, 'coordinator'),
      ports: [{ name: 'rest', port: REST_PORT, targetPort: 'rest' }],
    },
  };
  return new k8s.core.v1.Service(
    `${name}-rest`,
    applyTransform(service, args.transform?.restService),
    { parent },
  );
}

/** In: workers to RPC, and whoever the stack is exposed to, to REST. Out: nothing but name resolution. */
function createNetworkPolicy(parent: pulumi.Resource, name: string, args: CoordinatorArgs): void {
  const workers = { podSelector: { matchLabels: selectorLabels(args.instance, 'worker') } };
  const policy: k8s.networking.v1.NetworkPolicyArgs = {
    metadata: metadataOf(args, nameCluster(args.instance).coordinator),
    spec: {
      podSelector: { matchLabels: selectorLabels(args.instance, 'coordinator') },
      policyTypes: ['Ingress'],
      ingress: [
        { from: [workers], ports: [{ protocol: 'TCP', port: RPC_PORT }] },
        ...allowVisitors(args.exposedTo),
      ],
    },
  };
  new k8s.networking.v1.NetworkPolicy(
    `${name}-policy`,
    applyTransform(policy, args.transform?.networkPolicy),
    { parent },
  );
}

function allowVisitors(
  visitors: Visitors | undefined,
): k8s.types.input.networking.v1.NetworkPolicyIngressRule[] {
  if (visitors === undefined) return [];
  const { namespace, ranges } = visitors;
  const matchLabels = { 'kubernetes.io/metadata.name': namespace ?? '' };
  return [
    {
      from: [
        ...(namespace === undefined ? [] : [{ namespaceSelector: { matchLabels } }]),
        ...ranges.map((cidr) => ({ ipBlock: { cidr } })),
      ],
      ports: [{ protocol: 'TCP', port: REST_PORT }],
    },
  ];
}

function metadataOf(args: CoordinatorArgs, name: string) {
  return {
    name,
    namespace: args.namespace,
    labels: componentLabels(args.instance, 'coordinator'),
  };
}
