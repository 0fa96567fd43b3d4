// The coordinator: one pod that schedules the job and serves REST and the page, and the two Services that lead to it.
//   I1. There are never two coordinators at a time: the old one is gone before the new one starts.
//   I2. Workers find it before it is ready, because it may only be ready once they can.
//   I3. It has only the rights that its engine needs; ours needs none, so there is no Role and no token.
// It is told to stop at once, without a pause before (preStop): by I1 there is no other one that could answer meanwhile.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { REST_PORT, nameCluster } from '../cluster-contract.ts';
import type { Discovery, Engine } from '../engines/engine.ts';
import { buildEnginePod } from '../k8s/engine-pod.ts';
import type { MountedVolume, PodPlacement } from '../k8s/engine-pod.ts';
import { componentLabels, selectorLabels } from '../k8s/labels.ts';
import { nameByContent } from '../k8s/content-name.ts';
import type { CpuShare } from '../k8s/resources.ts';
import { describeRollout } from '../k8s/rollout.ts';
import type { Rollout } from '../k8s/rollout.ts';
import { allowFrom, allowOut, allowTo } from '../k8s/traffic-rules.ts';
import type { EgressRule } from '../k8s/traffic-rules.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';
import { grantRights } from './api-access.ts';

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
  readonly engine: Engine;
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
  /**
   * What it may reach besides the workers.
   * @default []
   */
  readonly egress?: readonly EgressRule[];
  readonly transform?: {
    readonly serviceAccount?: Transform<k8s.core.v1.ServiceAccountArgs>;
    readonly role?: Transform<k8s.rbac.v1.RoleArgs>;
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
    const { metadata } = account;
    const rights = createRights(this, name, args, metadata.name);
    createNetworkPolicy(this, name, args);
    const { discovery } = args.engine;
    if (discovery !== undefined) createRpcService(this, name, args, discovery);
    const after = [...args.rollout.after, ...rights];
    createDeployment(this, name, { ...args, rollout: { ...args.rollout, after } }, metadata.name);
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

function createRights(
  parent: pulumi.Resource,
  name: string,
  args: CoordinatorArgs,
  accountName: pulumi.Input<string>,
): readonly pulumi.Resource[] {
  const { namespace, instance, engine } = args;
  return grantRights(parent, name, {
    namespace,
    instance,
    component: 'coordinator',
    accountName,
    roleName: nameCluster(instance).coordinator,
    rules: engine.rights.coordinator,
    transform: args.transform?.role,
  });
}

function createDeployment(
  parent: pulumi.Resource,
  name: string,
  args: CoordinatorArgs,
  serviceAccountName: pulumi.Input<string>,
): void {
  const metadata = metadataOf(args, nameCluster(args.instance).coordinator);
  const { rollout, options } = describeRollout(args.rollout);
  const { engine } = args;
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
        metadata: { labels: { ...metadata.labels, ...engine.discovery?.labels } },
        spec: buildEnginePod({
          ...args,
          component: 'coordinator',
          program: engine.coordinator,
          user: engine.user,
          settingsNames: [args.settingsName],
          settingsPlace: engine.settingsPlace,
          callsApi: engine.rights.coordinator.length > 0,
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

/**
 * Headless: workers connect to the pod itself, so that a connection tells when it is gone. One that selects by more than
 * every coordinator has is an object of its own for each such label, so that old workers keep to the old coordinator.
 */
function createRpcService(
  parent: pulumi.Resource,
  name: string,
  args: CoordinatorArgs,
  { serviceName, labels, ports }: Discovery,
): void {
  const isOwn = Object.keys(labels).length > 0;
  const service: k8s.core.v1.ServiceArgs = {
    metadata: metadataOf(args, serviceName),
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true, // I2
      selector: { ...selectorLabels(args.instance, 'coordinator'), ...labels },
      ports: Object.entries(ports).map(([port, number]) => ({
        name: port,
        port: number,
        targetPort: port,
      })),
    },
  };
  new k8s.core.v1.Service(
    isOwn ? nameByContent(`${name}-rpc`, labels) : `${name}-rpc`,
    applyTransform(service, args.transform?.rpcService),
    { parent },
  );
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

/**
 * In: workers, and whoever the stack is exposed to, to REST. Out: nothing but name resolution, unless the engine's coordinator
 * calls its workers or runs parts of the job.
 */
function createNetworkPolicy(parent: pulumi.Resource, name: string, args: CoordinatorArgs): void {
  const { instance } = args;
  const { traffic } = args.engine;
  const egress = [
    ...allowTo(instance, 'worker', traffic.coordinatorToWorkers),
    ...allowOut(args.egress ?? []),
  ];
  const policy: k8s.networking.v1.NetworkPolicyArgs = {
    metadata: metadataOf(args, nameCluster(instance).coordinator),
    spec: {
      podSelector: { matchLabels: selectorLabels(instance, 'coordinator') },
      policyTypes: ['Ingress', ...(egress.length === 0 ? [] : ['Egress'])],
      ingress: [
        ...allowFrom(instance, 'worker', traffic.workersToCoordinator),
        ...allowVisitors(args.exposedTo),
      ],
      ...(egress.length === 0 ? {} : { egress }),
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
