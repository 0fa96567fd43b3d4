// The pod that everything of an engine runs in: one container of its image with the role's settings, a read-only root, and
// the directories it may write to.
//   I1. A field that holds what the API server would fill in, or nothing, is left out: a second look shows no difference.

import type * as pulumi from '@pulumi/pulumi';
import type * as k8s from '@pulumi/kubernetes';
import type { PodProgram, ScratchDirectory, SettingsPlace } from '../engines/engine.ts';
import { memoryQuantity } from '../quantity.ts';
import type { ComponentLabel } from './labels.ts';
import { containerResources } from './resources.ts';
import type { CpuShare } from './resources.ts';
import { restrictedContainer, restrictedPod } from './security-context.ts';

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

const MIB = 1024 ** 2;
/** What a kubelet keeps of a container's log by default, five files of 10 MiB, and some room. */
const LOG_BYTES_MAX = 64 * MIB;

/** A volume and where the container sees it. */
export interface MountedVolume {
  readonly volume: Volume;
  readonly mount: Omit<VolumeMount, 'name'>;
}

/** Which nodes pods may run on, and which pods give way to them. */
export interface PodPlacement {
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  readonly tolerations?: readonly k8s.types.input.core.v1.Toleration[] | undefined;
  /** An existing PriorityClass: a class belongs to the cluster, not to a stack. */
  readonly priorityClassName?: string | undefined;
}

/** What differs between the pods of the engine. */
export interface EnginePodArgs {
  /** The container's name and the component label are one word. */
  readonly component: ComponentLabel;
  readonly program: PodProgram;
  /** Of the image. */
  readonly user: number;
  readonly image: pulumi.Input<string>;
  readonly pullSecretName?: string | undefined;
  /** ConfigMaps with the settings; files come from one alone. */
  readonly settingsNames: readonly pulumi.Input<string>[];
  readonly settingsPlace: SettingsPlace;
  readonly cpu: CpuShare;
  readonly memoryBytes: number;
  readonly volumes: readonly MountedVolume[];
  readonly serviceAccountName: pulumi.Input<string>;
  /**
   * Gets the account's token, to call the API of the cluster.
   * @default false
   */
  readonly callsApi?: boolean;
  /** From SIGTERM to the kill. */
  readonly graceSeconds: number;
  readonly placement: PodPlacement;
  /** What only some pods have. */
  readonly extra?: Pick<PodSpec, 'topologySpreadConstraints' | 'restartPolicy'>;
}

/** The pod spec of a Deployment's or a Job's template. */
export function buildEnginePod(args: EnginePodArgs): PodSpec {
  const mounted = [
    ...mountSettings(args),
    ...args.program.scratch.map(mountScratch),
    ...args.volumes,
  ];
  return {
    serviceAccountName: args.serviceAccountName,
    automountServiceAccountToken: args.callsApi ?? false,
    // The variables of service links would look like misspelt settings.
    enableServiceLinks: false,
    securityContext: restrictedPod(args.user),
    terminationGracePeriodSeconds: args.graceSeconds,
    ...(args.pullSecretName === undefined
      ? {}
      : { imagePullSecrets: [{ name: args.pullSecretName }] }),
    ...place(args.placement),
    ...args.extra,
    containers: [buildContainer(args, mounted)],
    volumes: mounted.map(({ volume }) => volume),
  };
}

function place({ nodeSelector, tolerations, priorityClassName }: PodPlacement): Partial<PodSpec> {
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(tolerations === undefined ? {} : { tolerations: [...tolerations] }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  };
}

function buildContainer(
  args: EnginePodArgs,
  mounted: readonly MountedVolume[],
): k8s.types.input.core.v1.Container {
  const { program } = args;
  const ports = Object.entries(program.ports ?? {});
  const scratchBytes = program.scratch.reduce((sum, { bytesMax }) => sum + bytesMax, 0);
  return {
    name: args.component,
    image: args.image,
    imagePullPolicy: 'IfNotPresent',
    ...(program.command === undefined ? {} : { command: [...program.command] }),
    ...(program.arguments === undefined ? {} : { args: [...program.arguments] }),
    ...(args.settingsPlace.kind === 'variables'
      ? { envFrom: args.settingsNames.map((name) => ({ configMapRef: { name } })) }
      : {}),
    env: [...program.env],
    ...(ports.length === 0
      ? {}
      : { ports: ports.map(([name, containerPort]) => ({ name, containerPort })) }),
    ...program.probes,
    resources: containerResources({
      cpu: args.cpu,
      memoryBytes: args.memoryBytes,
      diskBytes: scratchBytes + LOG_BYTES_MAX,
    }),
    // The last lines of the log say why a container has ended: then so does the pod's status, and with it `pulumi up`.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: restrictedContainer(),
    volumeMounts: mounted.map(({ volume, mount }) => ({ ...mount, name: volume.name })),
  };
}

function mountSettings(args: EnginePodArgs): readonly MountedVolume[] {
  const { settingsPlace, settingsNames } = args;
  if (settingsPlace.kind === 'variables') return [];
  return settingsNames.map((name) => ({
    volume: { name: 'settings', configMap: { name } },
    mount: { mountPath: settingsPlace.path, readOnly: true },
  }));
}

function mountScratch({ name, path, bytesMax }: ScratchDirectory): MountedVolume {
  return {
    volume: { name, emptyDir: { sizeLimit: memoryQuantity(bytesMax) } },
    mount: { mountPath: path },
  };
}
