// The pod that coordinator and workers have in common: one container of the engine image with the settings as its
// environment, a read-only root, and the directories it may write to.

import type * as pulumi from '@pulumi/pulumi';
import type * as k8s from '@pulumi/kubernetes';
import { JOB_DIRECTORY } from '../engine-settings.ts';
import { memoryQuantity } from '../quantity.ts';
import type { ComponentLabel } from './labels.ts';
import type { Probes } from './probes.ts';
import { restrictedContainer, restrictedPod } from './security-context.ts';

type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

const TMP_BYTES_MAX = 64 * 1024 ** 2;
/** Between the end of the drain and the kill: to close sockets and write the last lines of the log. */
const GRACE_MARGIN_SECONDS = 10;

/** A volume and where the container sees it. */
export interface MountedVolume {
  readonly volume: Volume;
  readonly mount: Omit<VolumeMount, 'name'>;
}

/** What differs between the pods of the engine. */
export interface EnginePodArgs {
  /** The subcommand, the container's name and the component label are one word. */
  readonly role: ComponentLabel;
  readonly image: pulumi.Input<string>;
  readonly pullSecretName?: string | undefined;
  /** ConfigMap with the environment. */
  readonly settingsName: pulumi.Input<string>;
  /** Variables that only the pod knows. */
  readonly env?: k8s.types.input.core.v1.EnvVar[];
  readonly ports: Readonly<Record<string, number>>;
  readonly probes: Probes;
  readonly resources: k8s.types.input.core.v1.ResourceRequirements;
  readonly jobDirectoryBytesMax: number;
  readonly volumes: readonly MountedVolume[];
  readonly serviceAccountName: pulumi.Input<string>;
  readonly drainTimeoutMs: number;
  readonly topologySpreadConstraints?: k8s.types.input.core.v1.TopologySpreadConstraint[];
}

/** The pod spec of a Deployment's template. */
export function buildEnginePod(args: EnginePodArgs): k8s.types.input.core.v1.PodSpec {
  const mounted = [
    scratch('tmp', '/tmp', TMP_BYTES_MAX),
    scratch('jobs', JOB_DIRECTORY, args.jobDirectoryBytesMax),
    ...args.volumes,
  ];
  return {
    serviceAccountName: args.serviceAccountName,
    automountServiceAccountToken: false,
    // The variables of service links would look like misspelt settings.
    enableServiceLinks: false,
    securityContext: restrictedPod(),
    terminationGracePeriodSeconds: Math.ceil(args.drainTimeoutMs / 1_000) + GRACE_MARGIN_SECONDS,
    ...(args.pullSecretName === undefined
      ? {}
      : { imagePullSecrets: [{ name: args.pullSecretName }] }),
    ...(args.topologySpreadConstraints === undefined
      ? {}
      : { topologySpreadConstraints: args.topologySpreadConstraints }),
    containers: [buildContainer(args, mounted)],
    volumes: mounted.map(({ volume }) => volume),
  };
}

function buildContainer(
  args: EnginePodArgs,
  mounted: readonly MountedVolume[],
): k8s.types.input.core.v1.Container {
  return {
    name: args.role,
    image: args.image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', 'runtime/main.ts', args.role],
    envFrom: [{ configMapRef: { name: args.settingsName } }],
    env: args.env ?? [],
    ports: Object.entries(args.ports).map(([name, containerPort]) => ({ name, containerPort })),
    ...args.probes,
    resources: args.resources,
    securityContext: restrictedContainer(),
    volumeMounts: mounted.map(({ volume, mount }) => ({ ...mount, name: volume.name })),
  };
}

function scratch(name: string, mountPath: string, bytesMax: number): MountedVolume {
  return {
    volume: { name, emptyDir: { sizeLimit: memoryQuantity(bytesMax) } },
    mount: { mountPath },
  };
}
