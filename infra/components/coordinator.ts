// The coordinator: one pod that schedules the job and serves REST and the page, and the two Services that lead to it.
//   I1. There are never two coordinators at a time: the old one is gone before the new one starts.
//   I2. Workers find it before it is ready, because it may only be ready once they can.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { REST_PORT, RPC_PORT, nameCluster } from '../engine-settings.ts';
import { buildEnginePod } from '../k8s/engine-pod.ts';
import type { MountedVolume } from '../k8s/engine-pod.ts';
import { componentLabels, selectorLabels } from '../k8s/labels.ts';
import { engineProbes } from '../k8s/probes.ts';
import { containerResources } from '../k8s/resources.ts';
import type { CpuShare } from '../k8s/resources.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';

const MIB = 1024 ** 2;
/** Share of the memory that V8 may take; the rest is Node itself and the buffers of its sockets. */
const HEAP_SHARE = 0.7;

export interface CoordinatorArgs {
  readonly namespace: pulumi.Input<string>;
  /** The cluster's name: prefix of all names. */
  readonly instance: string;
  readonly image: pulumi.Input<string>;
  readonly pullSecretName?: string | undefined;
  readonly settingsName: pulumi.Input<string>;
  readonly cpu: CpuShare;
  readonly memoryBytes: number;
  readonly jobDirectoryBytesMax: number;
  readonly drainTimeoutMs: number;
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
   * Namespace whose pods reach the REST port; none when left out.
   */
  readonly exposedToNamespace?: string | undefined;
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
  const heapMebibytes = Math.floor((args.memoryBytes * HEAP_SHARE) / MIB);
  const deployment: k8s.apps.v1.DeploymentArgs = {
    metadata: {
      ...metadata,
      annotations: { 'millrace.dev/high-availability': String(args.highAvailability ?? false) },
    },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' }, // I1
      revisionHistoryLimit: 3,
      selector: { matchLabels: selectorLabels(args.instance, 'coordinator') },
      template: {
        metadata: { labels: metadata.labels },
        spec: buildEnginePod({
          ...args,
          role: 'coordinator',
          // V8 does not see the limit of the container; left alone it may grow beyond it and be killed.
          env: [{ name: 'NODE_OPTIONS', value: `--max-old-space-size=${heapMebibytes}` }],
          ports: { rpc: RPC_PORT, rest: REST_PORT },
          probes: engineProbes(REST_PORT),
          resources: containerResources(args.cpu, args.memoryBytes),
          volumes: args.volumes ?? [],
          serviceAccountName,
        }),
      },
    },
  };
  new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    applyTransform(deployment, args.transform?.deployment),
    { parent },
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
        ...allowExposure(args.exposedToNamespace),
      ],
    },
  };
  new k8s.networking.v1.NetworkPolicy(
    `${name}-policy`,
    applyTransform(policy, args.transform?.networkPolicy),
    { parent },
  );
}

function allowExposure(
  namespace: string | undefined,
): k8s.types.input.networking.v1.NetworkPolicyIngressRule[] {
  if (namespace === undefined) return [];
  const matchLabels = { 'kubernetes.io/metadata.name': namespace };
  return [
    {
      from: [{ namespaceSelector: { matchLabels } }],
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
