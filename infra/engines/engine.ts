// What differs between the engines that a stack can run, as data: the components take it and know no engine by name. One
// maker each: millrace.ts and flink/engine.ts.
//   I1. Names, labels and containers of a role are the same for every engine; so are volumes, accounts, probes' places and
//       who scales.

import type * as k8s from '@pulumi/kubernetes';
import type { Role } from '../../runtime/deployment.ts';
import type { Probes } from '../k8s/probes.ts';

/** A directory that a pod may write to and that lives as long as the pod. */
export interface ScratchDirectory {
  readonly name: string;
  readonly path: string;
  readonly bytesMax: number;
}

/** What a container of one role runs. */
export interface PodProgram {
  /** Instead of the image's entry point. */
  readonly command?: readonly string[];
  /** For the image's entry point. */
  readonly arguments?: readonly string[];
  /** Variables that only the pod knows, or that are the same in every stack. */
  readonly env: readonly k8s.types.input.core.v1.EnvVar[];
  /** None for a pod that nobody calls. */
  readonly ports?: Readonly<Record<string, number>>;
  /** None for a pod that comes to an end by itself. */
  readonly probes?: Probes;
  readonly scratch: readonly ScratchDirectory[];
}

/** Where pods find their role's settings: as variables, or as files of a folder. */
export type SettingsPlace =
  { readonly kind: 'variables' } | { readonly kind: 'files'; readonly path: string };

/** TCP ports between the pods of a cluster, by who connects to whom. */
export interface Traffic {
  readonly workersToCoordinator: readonly number[];
  /** Empty when a coordinator only answers. */
  readonly coordinatorToWorkers: readonly number[];
  readonly betweenWorkers: readonly number[];
}

/** The headless Service by which workers find the coordinator. */
export interface Discovery {
  readonly serviceName: string;
  /** Labels of the coordinator's pods, besides those of every stack, that the Service selects them by. */
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
}

/** One engine, set up for one stack. */
export interface Engine {
  /** User and group of the image. */
  readonly user: number;
  /** Each role gets what it reads and no more, so that a change replaces only the pods that it concerns. */
  readonly settings: Readonly<Record<Role, Readonly<Record<string, string>>>>;
  readonly settingsPlace: SettingsPlace;
  /** The settings as people read them in a preview, by the name of a file. */
  readonly shownSettings: Readonly<Record<string, string>>;
  readonly coordinator: PodProgram;
  readonly worker: PodProgram;
  /** Comes to an end by itself: with 0 when the image can run the job, with 1 when it never will. */
  readonly preflight: PodProgram;
  readonly traffic: Traffic;
  /** None when workers find the coordinator by other means. */
  readonly discovery: Discovery | undefined;
  /** Rights in the stack's namespace; a role without any gets no token. */
  readonly rights: Readonly<Record<Role, readonly k8s.types.input.rbac.v1.PolicyRule[]>>;
  /** Parts of the job run in the coordinator, which then needs the job's volumes and addresses as a worker does. */
  readonly coordinatorRunsJob: boolean;
}
