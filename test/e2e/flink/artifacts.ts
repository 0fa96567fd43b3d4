// What Flink's image and the example job are made of: the jars of Flink, a Java runtime, and the job's jar, built by Maven and
// jlink and kept in the suite's cache. The key is a hash of all that goes into them.
//   I1. A directory with the name of a key holds a whole build: it is built elsewhere and moved in at the end.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../machine/command.ts';
import type { Jdk } from './java.ts';

/** Directories and files of one build. */
export interface FlinkArtifacts {
  /** The jars of Flink. */
  readonly lib: string;
  /** A Java runtime. */
  readonly java: string;
  /** The example job. */
  readonly jar: string;
}

/** Counts up when the same sources are built in another way. */
const RECIPE = 1;
const SOURCES = ['distribution', 'job'] as const;
const JOB_JAR = 'paced-job.jar';
/** Of Java's modules: all of the standard, and those beyond it that Flink's libraries use. */
const MODULES = [
  'java.se',
  'jdk.crypto.ec',
  'jdk.management',
  'jdk.naming.dns',
  'jdk.unsupported',
  'jdk.zipfs',
];

/** Builds them, unless the cache has them. */
export async function buildFlinkArtifacts(
  jdk: Jdk,
  cacheDirectory: string,
  onProgress: (line: string) => void,
): Promise<FlinkArtifacts> {
  const directory = join(cacheDirectory, `flink-${await computeKey(jdk)}`);
  if (!existsSync(directory)) {
    onProgress('building Flink and the example job with Maven');
    await mkdir(cacheDirectory, { recursive: true });
    const incomplete = await mkdtemp(`${directory}-`); // I1
    try {
      await build(jdk, incomplete);
      await rename(join(incomplete, 'whole'), directory);
    } finally {
      await rm(incomplete, { recursive: true, force: true });
    }
  }
  return {
    lib: join(directory, 'lib'),
    java: join(directory, 'java'),
    jar: join(directory, JOB_JAR),
  };
}

async function build(jdk: Jdk, directory: string): Promise<void> {
  const whole = join(directory, 'whole');
  await mkdir(whole);
  // Maven writes beside its sources, and those stay as they are.
  for (const source of SOURCES) {
    await cp(join(import.meta.dirname, source), join(directory, source), { recursive: true });
  }
  const maven = async (source: string, words: readonly string[]): Promise<unknown> =>
    runCommand(['mvn', '--batch-mode', '--no-transfer-progress', ...words], {
      cwd: join(directory, source),
      environment: { JAVA_HOME: jdk.home },
    });
  await maven('distribution', [
    'dependency:copy-dependencies',
    `-DoutputDirectory=${join(whole, 'lib')}`,
  ]);
  await maven('job', ['package']);
  await rename(join(directory, 'job/target', JOB_JAR), join(whole, JOB_JAR));
  await makeRuntime(jdk, join(whole, 'java'));
}

/** A runtime of the JDK's own modules, with the archive of classes that lets it start faster. */
async function makeRuntime(jdk: Jdk, directory: string): Promise<void> {
  const options = ['--strip-debug', '--no-header-files', '--no-man-pages'];
  await runCommand([
    join(jdk.home, 'bin/jlink'),
    ...['--add-modules', MODULES.join(',')],
    ...options,
    ...['--output', directory],
  ]);
  await runCommand([join(directory, 'bin/java'), '-Xshare:dump']);
}

async function computeKey(jdk: Jdk): Promise<string> {
  const hash = createHash('sha256').update(`${RECIPE}\0${jdk.version}\0${MODULES.join()}`);
  for (const source of SOURCES) {
    const entries = await readdir(join(import.meta.dirname, source), {
      recursive: true,
      withFileTypes: true,
    });
    const files = entries.filter((entry) => entry.isFile());
    for (const file of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
      hash.update(`${file.slice(import.meta.dirname.length)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
