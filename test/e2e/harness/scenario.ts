// What a scenario starts from: the cluster of this run, an image with the scenarios' jobs, and a stack of its own in a
// namespace of its own, so that scenarios can be run alone and in any order.

import { chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { RUNTIME_USER } from '../../../infra/k8s/security-context.ts';
import { makeDeployer, type Outcome } from '../deployer/deployer.ts';
import { Cluster } from './cluster.ts';
import { buildJobsImage } from './jobs-image.ts';
import { Platform, type Sections } from './platform.ts';
import type { PodAccess } from './pod-access.ts';
import { provideClaim, provideVolume, removeVolume, type VolumeSource } from './volume.ts';

/** The claim of the stack files. */
const CLAIM = 'data';

/** A stack that is deployed while its claim is made. */
export interface Scenario {
  readonly cluster: Cluster;
  readonly platform: Platform;
  /** Deploys the stack for the first time, and makes its claim meanwhile. */
  readonly start: () => Promise<Outcome>;
}

export interface ScenarioOptions {
  /** Part of the namespace's name. */
  readonly name: string;
  readonly stackFile: string;
  readonly sections?: Sections;
  /** Build the engine with the stack, instead of using the image of the scenarios' jobs. */
  readonly build?: boolean;
  /** Called with the directory behind the volume before any pod sees it; only on the suite's own cluster. */
  readonly seed?: (directory: string) => Promise<void>;
  /** What differs when the engine is not ours. */
  readonly engine?: OtherEngine;
}

/** Pods that do not run our engine. */
export interface OtherEngine {
  readonly image: Sections;
  /** Number of the user of its image. */
  readonly user: number;
  readonly access: (cluster: Cluster) => PodAccess;
  /** The claim that the stack makes for checkpoints. */
  readonly checkpointClaim: string;
}

/** Opens a stack that is destroyed when the test ends, whatever became of it. */
export async function openScenario(options: ScenarioOptions): Promise<Scenario> {
  const facts = inject('facts');
  const { engine } = options;
  const cluster = new Cluster(facts.kubeconfig);
  const namespace = `e2e-${options.name}`;
  const source = await volumeSource(options, namespace);
  const image = engine?.image ?? (await imageSection(options.build ?? false));
  const platform = await Platform.open({
    cluster,
    namespace,
    stackFile: options.stackFile,
    sections: { image, ...options.sections },
    deploy: (stackFile, directory) => makeDeployer(facts, { stackFile, directory }),
    ...(engine === undefined ? {} : { access: engine.access(cluster) }),
  });
  onTestFinished(async () => {
    await platform.close();
    for (const claim of claimsOf(options)) await removeVolume(cluster, namespace, claim);
  }, 120_000);
  return {
    cluster,
    platform,
    start: async () => {
      await provideCheckpointVolume(cluster, options, namespace);
      const [outcome] = await Promise.all([
        platform.up(),
        provideClaim(cluster, namespace, CLAIM, source),
      ]);
      return outcome;
    },
  };
}

function claimsOf({ engine }: ScenarioOptions): readonly string[] {
  return engine === undefined ? [CLAIM] : [CLAIM, engine.checkpointClaim];
}

/** No storage class makes volumes on the suite's own cluster, so that the stack's claim needs one that is there. */
async function provideCheckpointVolume(
  cluster: Cluster,
  { engine }: ScenarioOptions,
  namespace: string,
): Promise<void> {
  const { own } = inject('facts');
  if (engine === undefined || own === undefined) return;
  const path = await makeDirectory(join(own.volumeRoot, `${namespace}-checkpoints`), engine.user);
  await provideVolume(cluster, namespace, engine.checkpointClaim, path);
}

async function volumeSource(options: ScenarioOptions, namespace: string): Promise<VolumeSource> {
  const { own } = inject('facts');
  if (own === undefined) return { kind: 'storage-class' };
  const user = options.engine?.user ?? RUNTIME_USER;
  const path = await makeDirectory(join(own.volumeRoot, namespace), user);
  await options.seed?.(path);
  return { kind: 'directory', path };
}

/** Empty, also on a cluster that was kept. */
async function makeDirectory(path: string, user: number): Promise<string> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  await chown(path, user, user);
  return path;
}

async function imageSection(build: boolean): Promise<Sections> {
  const { own, image } = inject('facts');
  if (own === undefined) return { source: 'prebuilt', reference: image };
  if (!build) return { source: 'prebuilt', reference: await buildJobsImage(own) };
  const { buildImage, baseImage } = own;
  return { source: 'build', repository: `${own.registry}/millrace/engine`, buildImage, baseImage };
}
