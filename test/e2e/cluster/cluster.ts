// Puts a cluster together: programs and certificates, then the node beside the image builder with its base images. Knows
// the order and nothing of how each part works.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildBaseImages } from '../images/base-images.ts';
import { buildBinaries, findBuild } from '../machine/binaries.ts';
import { installPackages, missingPackages } from '../machine/packages.ts';
import type { Progress } from '../progress.ts';
import { writeCertificates } from './certificates.ts';
import { startDocker } from './docker-daemon.ts';
import type { DeploymentEngineKind, E2eFacts, OwnCluster } from './facts.ts';
import type { Layout } from './layout.ts';
import type { Network } from './network.ts';
import { startNode } from './node.ts';
import { writePauseImage } from './pause-image.ts';
import { runProcess } from './started-process.ts';
import type { Ledger } from './state.ts';

/** What every step of a run needs. */
export interface ClusterOptions {
  /** Where the cache and the working directory are. */
  readonly cache: string;
  readonly layout: Layout;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Installs packages and builds programs, unless they are there. Returns where the programs are. */
async function prepareMachine(options: ClusterOptions): Promise<string> {
  const { cache, layout, ledger, progress, signal } = options;
  const packages = missingPackages();
  if (packages.length > 0) {
    await progress.phase(`packages: ${packages.join(' ')}`, async () => installPackages(packages));
  }
  const { directory, isThere } = findBuild(cache);
  if (isThere) return directory;
  const logFile = join(layout.logs, 'go.log');
  await progress.phase('programs', async () =>
    buildBinaries(directory, {
      scratch: layout.buildScratch,
      onProgress: (line) => progress.line(line),
      async go(command, { directory: from, environment }) {
        const code = await runProcess(
          ledger,
          {
            name: 'go',
            command,
            logFile,
            directory: from,
            environment: { ...process.env, ...environment },
          },
          signal,
        );
        if (code !== 0) throw new Error(`\`go build\` failed (${code}) in ${from}: see ${logFile}`);
      },
    }),
  );
  return directory;
}

/** Starts everything and writes the facts down for scenarios. */
export async function startCluster(
  options: ClusterOptions,
  engine: DeploymentEngineKind,
): Promise<E2eFacts> {
  const { layout, network, progress, signal } = options;
  const binaries = await prepareMachine(options);
  await mkdir(layout.images, { recursive: true });
  await progress.phase('certificates', async () => writeCertificates(layout, network, signal));
  const [nodePid, builder] = await all([
    progress.phase('node', async () => {
      await writePauseImage(binaries, layout.images);
      return startNode({ ...options, binaries, onProgress: (line) => progress.line(line) });
    }),
    progress.phase('image builder and base images', async () => startBuilder(options)),
  ]);
  const facts: E2eFacts = {
    kubeconfig: layout.kubeconfig,
    engine,
    own: {
      ...builder,
      nodePid,
      registry: network.registry,
      kubectl: await writeKubectl(layout, binaries),
      volumeRoot: layout.volumes,
      workDirectory: layout.root,
    },
  };
  await writeFile(layout.factsFile, JSON.stringify(facts, undefined, 2));
  return facts;
}

type Builder = Pick<OwnCluster, 'dockerHost' | 'dockerCommand' | 'buildImage' | 'baseImage'>;

async function startBuilder(options: ClusterOptions): Promise<Builder> {
  const { cache, layout, ledger, progress, signal } = options;
  const docker = await startDocker(ledger, options, signal);
  signal.throwIfAborted();
  const images = await buildBaseImages({
    docker,
    cacheDirectory: cache,
    workDirectory: layout.images,
    onProgress: (line) => progress.line(line),
  });
  return { dockerHost: docker.host, dockerCommand: docker.command, ...images };
}

/** A kubectl that knows its cluster and writes nothing into the home directory. */
async function writeKubectl(layout: Layout, binaries: string): Promise<string> {
  const flags = `--kubeconfig='${layout.kubeconfig}' --cache-dir='${join(layout.root, 'kubectl-cache')}'`;
  const script = `#!/bin/sh\nexec '${join(binaries, 'kubectl')}' ${flags} "$@"\n`;
  await writeFile(layout.kubectl, script, { mode: 0o755 });
  return layout.kubectl;
}

/** Like Promise.all, but waits for the others when one fails, so that nothing is still being made when all is undone. */
async function all<A, B>(pair: readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(pair);
  return Promise.all(pair);
}
