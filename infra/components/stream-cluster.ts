// One streaming job's cluster: its settings, a trial of all that is new, one coordinator, a pool of workers, and who scales
// the pool.
//   I1. No pod is replaced before the preflight has passed what it would run.

import * as pulumi from '@pulumi/pulumi';
import type { Engine } from '../engines/engine.ts';
import type { MountedVolume, PodPlacement } from '../k8s/engine-pod.ts';
import type { Rollout } from '../k8s/rollout.ts';
import { Autoscaler } from './autoscaler.ts';
import type { AutoscalerArgs, CpuScaling } from './autoscaler.ts';
import { ClusterSettings } from './cluster-settings.ts';
import type { ClusterSettingsArgs, JobPlan } from './cluster-settings.ts';
import { Coordinator } from './coordinator.ts';
import type { CoordinatorArgs } from './coordinator.ts';
import { Preflight } from './preflight.ts';
import type { PreflightArgs } from './preflight.ts';
import { WorkerPool } from './worker-pool.ts';
import type { WorkerPoolArgs } from './worker-pool.ts';

/** What the cluster decides for its parts; the rest of their arguments comes from outside. */
type Shared =
  | 'namespace'
  | 'instance'
  | 'image'
  | 'engine'
  | 'pullSecretName'
  | 'placement'
  | 'rollout'
  | 'settingsName'
  | 'replicas'
  | 'transform';

/** A fixed number of workers, or an autoscaler. */
export type ClusterScaling = { readonly mode: 'none'; readonly replicas: number } | CpuScaling;

export interface StreamClusterArgs {
  readonly namespace: pulumi.Input<string>;
  /** Prefix of all names, and the instance label. */
  readonly instance: string;
  readonly image: pulumi.Input<string>;
  /** What `image` will be, known before it is built. */
  readonly imageName: string;
  readonly pullSecretName?: string | undefined;
  readonly placement: PodPlacement;
  /** How long a roll of the coordinator or of all workers may take. */
  readonly rolloutSeconds: number;
  /** What the pods run, and with which settings. */
  readonly engine: Engine;
  readonly plan: JobPlan;
  /**
   * Try what is new in a pod of its own before others are replaced, for so long at most.
   * @default nothing is tried
   */
  readonly preflightSeconds?: number | undefined;
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
    readonly preflight?: PreflightArgs['transform'];
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
    const settings = createSettings(this, name, args);
    const rollout = {
      timeoutSeconds: args.rolloutSeconds,
      after: tryFirst(this, name, args, settings),
    };
    const coordinator = createCoordinator(this, name, args, { settings, rollout });
    const workers = createWorkers(this, name, args, { settings, rollout });
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
  const { namespace, instance, engine, plan } = args;
  const settings = { namespace, instance, engine, plan };
  return new ClusterSettings(
    `${name}-settings`,
    { ...settings, ...transformOf(args.transform?.settings) },
    { parent },
  );
}

/** I1: what the Deployments wait for. */
function tryFirst(
  parent: pulumi.Resource,
  name: string,
  args: StreamClusterArgs,
  settings: ClusterSettings,
): readonly pulumi.Resource[] {
  const { preflightSeconds, imageName, plan, coordinator } = args;
  if (preflightSeconds === undefined) return [];
  const preflight = new Preflight(
    `${name}-preflight`,
    {
      ...sharedOf(args),
      imageName,
      settingsNames: [settings.coordinatorName, settings.workerName],
      planHash: plan.hash,
      timeoutSeconds: preflightSeconds,
      cpu: coordinator.cpu,
      memoryBytes: coordinator.memoryBytes,
      ...transformOf(args.transform?.preflight),
    },
    { parent },
  );
  return [preflight];
}

/** What all pods of the cluster depend on. */
interface Prepared {
  readonly settings: ClusterSettings;
  readonly rollout: Rollout;
}

function createCoordinator(
  parent: pulumi.Resource,
  name: string,
  args: StreamClusterArgs,
  { settings, rollout }: Prepared,
): Coordinator {
  const volumes = [...(args.coordinator.volumes ?? []), ...(args.sharedVolumes ?? [])];
  return new Coordinator(
    `${name}-coordinator`,
    {
      ...args.coordinator,
      ...sharedOf(args),
      volumes,
      rollout,
      settingsName: settings.coordinatorName,
      ...transformOf(args.transform?.coordinator),
    },
    { parent },
  );
}

function createWorkers(
  parent: pulumi.Resource,
  name: string,
  args: StreamClusterArgs,
  { settings, rollout }: Prepared,
): WorkerPool {
  const { scaling } = args;
  const volumes = [...(args.workers.volumes ?? []), ...(args.sharedVolumes ?? [])];
  return new WorkerPool(
    `${name}-workers`,
    {
      ...args.workers,
      ...sharedOf(args),
      volumes,
      rollout,
      settingsName: settings.workerName,
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

function sharedOf(args: StreamClusterArgs) {
  const { namespace, instance, image, pullSecretName, placement, engine } = args;
  return { namespace, instance, image, pullSecretName, placement, engine };
}

function transformOf<Hooks>(transform: Hooks | undefined): { transform?: Hooks } {
  return transform === undefined ? {} : { transform };
}
