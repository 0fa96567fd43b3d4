// The whole of a stack: from its checked config to components, and to what the stack shows when it is deployed.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { REST_PORT, SECRET_DIRECTORY } from '../cluster-contract.ts';
import { chooseEngine } from '../engines/choose.ts';
import type { Engine } from '../engines/engine.ts';
import { planBuild } from '../image-plan.ts';
import type { MountedVolume } from '../k8s/engine-pod.ts';
import type { EgressRule } from '../k8s/traffic-rules.ts';
import { budgetMemory, reportSizing, sizeQuota, sizeSlots } from '../sizing.ts';
import type { MemoryBudgetLine, SizingReport } from '../sizing.ts';
import type { StackConfig } from '../stack-schema.ts';
import { CheckpointStorage } from './checkpoint-storage.ts';
import type { JobPlan } from './cluster-settings.ts';
import type { Visitors } from './coordinator.ts';
import { EngineImage } from './engine-image.ts';
import { Exposure } from './exposure.ts';
import { PlatformNamespace } from './platform-namespace.ts';
import { StreamCluster } from './stream-cluster.ts';
import type { ClusterScaling } from './stream-cluster.ts';

/** Of the Service, and of the servers behind it, which is what policies see. */
const API_SERVER_PORTS = [443, 6443];

export interface StreamPlatformArgs {
  readonly config: StackConfig;
  /** The plan of the config's job. */
  readonly plan: JobPlan;
}

/** Where the REST API and the page are. */
export interface RestAddress {
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  /** Of the page from outside; undefined when it is not exposed. */
  readonly url: string | undefined;
  readonly portForward: string;
}

/** Creates everything a stack file describes. */
export class StreamPlatform extends pulumi.ComponentResource {
  readonly rest: pulumi.Output<RestAddress>;
  readonly image: pulumi.Output<string>;
  readonly slots: { readonly min: number; readonly max: number };
  readonly memoryBudget: readonly MemoryBudgetLine[];
  readonly sizing: SizingReport | undefined;

  constructor(name: string, args: StreamPlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    const { config, plan } = args;
    const job = config.engine.kind === 'flink' ? config.engine.mainClass : config.job.name;
    super('millrace:platform:StreamPlatform', name, { job }, opts);
    const placed = { parent: this, provider: createProvider(this, name, config) };
    const imagePlan = planBuild(config);
    const image = new EngineImage(`${name}-image`, { plan: imagePlan }, { parent: this });
    const namespace = createNamespace(name, config, placed);
    const storage = createStorage(name, config, namespace, placed);
    const imageName = imagePlan.name;
    const parts = { config, plan, namespace, storage, image, imageName };
    const cluster = createCluster(name, parts, placed);
    const url = createExposure(name, { config, namespace, cluster }, placed)?.url;

    this.image = image.reference;
    this.rest = describeRest(cluster.restServiceName, namespace.namespaceName, url);
    const { min, max } = sizeSlots(config);
    this.slots = { min, max };
    this.memoryBudget = budgetMemory(config);
    this.sizing = reportSizing(config.job);
    this.registerOutputs({ image: this.image, rest: this.rest });
  }
}

interface Placement {
  readonly parent: pulumi.Resource;
  readonly provider: k8s.Provider;
}

/** Explicit, so that a forgotten parent never deploys to whatever cluster happens to be current. */
function createProvider(
  parent: pulumi.Resource,
  name: string,
  { kubernetes }: StackConfig,
): k8s.Provider {
  const { context, clusterIdentifier } = kubernetes;
  return new k8s.Provider(
    `${name}-kubernetes`,
    {
      ...(context === undefined ? {} : { context }),
      ...(clusterIdentifier === undefined ? {} : { clusterIdentifier }),
    },
    { parent },
  );
}

function createNamespace(name: string, config: StackConfig, placed: Placement): PlatformNamespace {
  return new PlatformNamespace(
    `${name}-namespace`,
    {
      namespace: config.kubernetes.namespace,
      instance: config.kubernetes.name,
      quota: sizeQuota(config),
      protect: config.security.level === 'production',
    },
    placed,
  );
}

function createStorage(
  name: string,
  config: StackConfig,
  namespace: PlatformNamespace,
  placed: Placement,
): CheckpointStorage {
  return new CheckpointStorage(
    `${name}-storage`,
    {
      namespace: namespace.namespaceName,
      instance: config.kubernetes.name,
      spec: config.storage.checkpoints,
      protect: config.security.level === 'production',
    },
    placed,
  );
}

interface ClusterParts extends StreamPlatformArgs {
  readonly namespace: PlatformNamespace;
  readonly storage: CheckpointStorage;
  readonly image: EngineImage;
  /** What the image will be, known before it is built. */
  readonly imageName: string;
}

function createCluster(name: string, parts: ClusterParts, placed: Placement): StreamCluster {
  const { config, plan, namespace, storage, image, imageName } = parts;
  const { workers, coordinator, kubernetes, job } = config;
  const engine = chooseEngine(config, plan, imageName);
  const jobVolumes = [...mountData(config), ...mountSecret(config)];
  return new StreamCluster(
    `${name}-cluster`,
    {
      namespace: namespace.namespaceName,
      instance: kubernetes.name,
      image: image.reference,
      imageName,
      pullSecretName: config.image.pullSecretName,
      placement: kubernetes,
      rolloutSeconds: kubernetes.rolloutTimeout / 1_000,
      engine,
      plan,
      preflightSeconds: job.preflight.enabled ? job.preflight.timeout / 1_000 : undefined,
      scaling: scalingOf(config),
      sharedVolumes: storage.volumes,
      coordinator: {
        cpu: coordinator.cpu,
        memoryBytes: coordinator.memory,
        highAvailability: coordinator.highAvailability,
        exposedTo: visitorsOf(config),
        volumes: engine.coordinatorRunsJob ? jobVolumes : [],
        egress: [
          ...(engine.coordinatorRunsJob ? config.security.workerEgress : []),
          ...reachApi(config, engine.rights.coordinator),
        ],
      },
      workers: {
        cpu: workers.cpu,
        memoryBytes: workers.memory.total,
        drainTimeoutMs: workers.drainTimeout,
        surge: workers.surge,
        egress: [...config.security.workerEgress, ...reachApi(config, engine.rights.worker)],
        volumes: jobVolumes,
      },
    },
    placed,
  );
}

/** Who has rights calls the API, whose address a policy can only name as a range. */
function reachApi(
  { security }: StackConfig,
  rights: Engine['rights']['worker'],
): readonly EgressRule[] {
  if (rights.length === 0) return [];
  return security.apiServerRanges.map((cidr) => ({ cidr, ports: API_SERVER_PORTS }));
}

function visitorsOf({ exposure }: StackConfig): Visitors | undefined {
  if (exposure.kind === 'none') return undefined;
  return { namespace: exposure.fromNamespace, ranges: exposure.fromRanges };
}

function scalingOf({ workers, autoscaling }: StackConfig): ClusterScaling {
  return autoscaling.mode === 'none'
    ? { mode: 'none', replicas: workers.replicas ?? 1 }
    : autoscaling;
}

function mountData({ storage: { data } }: StackConfig): readonly MountedVolume[] {
  if (data === undefined) return [];
  const { claimName, mountPath } = data;
  const readOnly = data.readOnly ? { readOnly: true } : {};
  return [
    {
      volume: { name: 'data', persistentVolumeClaim: { claimName, ...readOnly } },
      mount: { mountPath, ...readOnly },
    },
  ];
}

function mountSecret({ job: { secretName } }: StackConfig): readonly MountedVolume[] {
  if (secretName === undefined) return [];
  return [
    {
      volume: { name: 'secrets', secret: { secretName } },
      mount: { mountPath: SECRET_DIRECTORY, readOnly: true },
    },
  ];
}

interface ExposedParts {
  readonly config: StackConfig;
  readonly namespace: PlatformNamespace;
  readonly cluster: StreamCluster;
}

function createExposure(
  name: string,
  { config, namespace, cluster }: ExposedParts,
  placed: Placement,
): Exposure | undefined {
  const { exposure, kubernetes } = config;
  if (exposure.kind === 'none') return undefined;
  return new Exposure(
    `${name}-exposure`,
    {
      namespace: namespace.namespaceName,
      instance: kubernetes.name,
      restServiceName: cluster.restServiceName,
      spec: exposure,
    },
    placed,
  );
}

function describeRest(
  serviceName: pulumi.Output<string>,
  namespaceName: pulumi.Output<string>,
  url: string | undefined,
): pulumi.Output<RestAddress> {
  return pulumi.all([serviceName, namespaceName]).apply(([service, namespace]) => ({
    service,
    namespace,
    port: REST_PORT,
    url,
    portForward: `kubectl -n ${namespace} port-forward service/${service} ${REST_PORT}`,
  }));
}
