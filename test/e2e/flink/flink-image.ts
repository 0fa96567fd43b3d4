// `localhost/flink:2.3.0` in the suite's docker: what `apache/flink` is on a machine that reaches a registry of
// containers, as far as its contract goes. The program builds the image of a job on top of it, as it does on the official one.

import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { OwnCluster } from '../cluster/facts.ts';
import { buildKeyedImage } from '../images/keyed-image.ts';
import { listLibraries, type RootFile } from '../images/root-files.ts';
import { cacheDirectory } from '../machine/binaries.ts';
import { buildFlinkArtifacts, type FlinkArtifacts } from './artifacts.ts';
import type { Jdk } from './java.ts';

/** What a stack file names. */
export interface FlinkImage {
  readonly baseImage: string;
  /** The example job, on this machine. */
  readonly jar: string;
}

const IMAGE = 'localhost/flink:2.3.0';
const SOURCES = join(import.meta.dirname, 'image');
const EXECUTABLE = 0o755;
const READABLE = 0o644;
const USER = 9_999;

/** Builds what is missing: the artifacts in the cache, and the image in the cluster's docker. */
export async function buildFlinkImage(
  own: OwnCluster,
  jdk: Jdk,
  onProgress: (line: string) => void,
): Promise<FlinkImage> {
  const artifacts = await buildFlinkArtifacts(jdk, cacheDirectory(), onProgress);
  await buildKeyedImage(
    {
      docker: { host: own.dockerHost, command: own.dockerCommand },
      workDirectory: own.workDirectory,
      onProgress,
    },
    {
      image: IMAGE,
      dockerfile: join(SOURCES, 'flink.Dockerfile'),
      files: await listFiles(artifacts),
    },
  );
  return { baseImage: IMAGE, jar: artifacts.jar };
}

async function listFiles({ lib, java }: FlinkArtifacts): Promise<readonly RootFile[]> {
  const javaFiles = await listBelow(java);
  return [
    ...(await listBelow(lib)).map((from) => ({
      path: join('/opt/flink/lib', relative(lib, from)),
      from,
      mode: READABLE,
    })),
    ...javaFiles.map((from) => ({
      path: join('/opt/java', relative(java, from)),
      from,
      mode: EXECUTABLE,
    })),
    ...(await listLibrariesOf(javaFiles, java)).map((path) => ({
      path,
      from: path,
      mode: EXECUTABLE,
    })),
    { path: '/bin/busybox', from: '/bin/busybox', mode: EXECUTABLE },
    { path: '/docker-entrypoint.sh', from: join(SOURCES, 'entrypoint.sh'), mode: EXECUTABLE },
    ...['config.yaml', 'log4j-console.properties'].map((name) => ({
      path: join('/opt/flink/conf', name),
      from: join(SOURCES, name),
      mode: READABLE,
    })),
    {
      path: '/etc/passwd',
      text: `root:x:0:0:root:/root:/bin/sh\nflink:x:${USER}:${USER}::/opt/flink:/bin/sh\n`,
    },
    { path: '/etc/group', text: `root:x:0:\nflink:x:${USER}:\n` },
    { path: '/etc/nsswitch.conf', text: 'hosts: files dns\n' },
  ];
}

/** The system's libraries that the binaries of the runtime are linked with. */
async function listLibrariesOf(
  javaFiles: readonly string[],
  java: string,
): Promise<readonly string[]> {
  const binaries = javaFiles.filter((path) => /\/bin\/java$|\.so$/.test(path));
  const lists = await Promise.all(binaries.map((path) => listLibraries(path)));
  return [...new Set(lists.flat())].filter((path) => !path.startsWith(java)).sort();
}

async function listBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
