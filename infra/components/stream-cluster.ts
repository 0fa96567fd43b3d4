// One streaming job's cluster: its settings, one coordinator, a pool of workers, and who scales the pool.

import * as pulumi from '@pulumi/pulumi';
import type { MountedVolume } from '../k8s/engine-pod.ts';
import { Autoscaler } from './autoscaler.ts';
import type { AutoscalerArgs, CpuScaling } from './autoscaler.ts';
import { ClusterSettings } from './cluster-settings.ts';
import type { ClusterSettingsArgs, JobPlan } from './cluster-settings.ts';
import { Coordinator } from './coordinator.ts';
import type { CoordinatorArgs } from './coordinator.ts';
import { WorkerPool } from './worker-pool.ts';
import type { WorkerPoolArgs } from './worker-pool.ts';

/** What the cluster decides for its parts; the rest of their arguments comes from outside. */
type Shared =
  'namespace' | 'instance' | 'image' | 'pullSecretName' | 'settingsName' | 'replicas' | 'transform';

/** A fixed number of workers, or an autoscaler. */
export type ClusterScaling = { readonly mode: 'none'; readonly replicas: number } | CpuScaling;

export interface StreamClusterArgs {
  readonly namespace: pulumi.Input<string>;
  /** Prefix of all names, and the instance label. */
  readonly instance: string;
  readonly image: pulumi.Input<string>;
  readonly pullSecretName?: string | undefined;
  /** The environment of the pods. */
  readonly environment: Readonly<Record<string, string>>;
  readonly plan: JobPlan;
  readonly scaling: ClusterScaling;
  readonly coordinator: Omit<CoordinatorArgs, Shared>;
  readonly workers: Omit<WorkerPoolArgs, Shared>;
  /**
   * Volumes of every pod, such as the checkpoints.
   * @default []
   */
  readonly sharedVolumes?: readonly MountedVolume[];
  readonly transform?: {
    readonly settings?: ClusterSettingsArgs['transform'];
    readonly coordinator?: CoordinatorArgs['transform'];
    readonly workers?: WorkerPoolArgs['transform'];
    readonly autoscaler?: AutoscalerArgs['transform'];
  };
}

/** Gives the name of the REST Service. */
export class StreamCluster extends pulumi.ComponentResource {
  readonly restServiceName: pulumi.Output<string>;

  constructor(name: string, args: StreamClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:StreamCluster', name, { instance: args.instance }, opts);
    const { settingsName } = createSettings(this, name, args);
    const coordinator = createCoordinator(this, name, args, settingsName);
    const workers = createWorkers(this, name, args, settingsName);
    if (args.scaling.mode !== 'none') createAutoscaler(this, name, args, workers.deploymentName);
    this.restServiceName = coordinator.restServiceName;
    this.registerOutputs({ restServiceName: this.restServiceName });
  }
}

function createSettings(
  parent: pulumi.Resource,
  name: string,
  args: StreamClusterArgs,
): ClusterSettings {
  const { namespace, instance, environment, plan } = args;
  const settings = { namespace, instance, environment, plan };
  return new ClusterSettings(
    `${name}-settings`,
    { ...settings, ...transformOf(args.transform?.settings) },
    { parent },
  );
}

function createCoordinator(
  parent: pulumi.Resource,
  name: string,
  args: StreamClusterArgs,
  settingsName: pulumi.Output<string>,
): Coordinator {
  const volumes = [...(args.coordinator.volumes ?? []), ...(args.sharedVolumes ?? [])];
  return new Coordinator(
    `${name}-coordinator`,
    {
      ...args.coordinator,
      ...sharedOf(args),
      volumes,
      settingsName,
      ...transformOf(args.transform?.coordinator),
    },
    { parent },
  );
}

function createWorkers(
  parent: pulumi.Resource,
  name: string,
  args: StreamClusterArgs,
  settingsName: pulumi.Output<string>,
): WorkerPool {
  const { scaling } = args;
  const volumes = [...(args.workers.volumes ?? []), ...(args.sharedVolumes ?? [])];
  return new WorkerPool(
    `${name}-workers`,
    {
      ...args.workers,
      ...sharedOf(args),
      volumes,
      settingsName,
      replicas:
        scaling.mode === 'none'
          ? { kind: 'fixed', count: scaling.replicas }
          : { kind: 'autoscaled', countMax: scaling.maxReplicas },
      ...transformOf(args.transform?.workers),
    },
    { parent },
  );
}

function createAutoscaler(
  parent: pulumi.Resource,
  name: string,
  args: StreamClusterArgs,
  deploymentName: pulumi.Output<string>,
): void {
  if (args.scaling.mode === 'none') return;
  const { namespace, instance, scaling } = args;
  new Autoscaler(
    `${name}-autoscaler`,
    { namespace, instance, deploymentName, scaling, ...transformOf(args.transform?.autoscaler) },
    { parent },
  );
}

function sharedOf({ namespace, instance, image, pullSecretName }: StreamClusterArgs) {
  return { namespace, instance, image, pullSecretName };
}

function transformOf<Hooks>(transform: Hooks | undefined): { transform?: Hooks } {
  return transform === undefined ? {} : { transform };
}
