// The programs that judge rendered manifests, built from the Go modules beside this file and kept in the cache of the
// end-to-end run. They need Go and its module proxy once, and no cluster.
//   I1. A program in the cache is whole: it is built elsewhere and moved in at the end.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildKey, cacheDirectory } from '../machine/binaries.ts';

const run = promisify(execFile);
const GO = 'go';
const OUTPUT_BYTES_MAX = 64 * 1024 ** 2;
const HTTP_ROUTE = 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml';

/** Where the programs are. */
export interface CheckTools {
  /** Kubernetes' own decoding, validation and Pod Security checks: `manifest-check/main.go`. */
  readonly manifestCheck: string;
  readonly kubeScore: string;
  /** The CustomResourceDefinition of HTTPRoute. */
  readonly httpRouteDefinition: string;
}

/** Why the programs cannot be built on this machine; nothing when they can. */
export function whyNoTools(): string | undefined {
  try {
    execFileSync(GO, ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'Go is not installed';
  }
}

/** Builds what the cache lacks: minutes with nothing in Go's caches, seconds after a build of the cluster's programs. */
export async function buildCheckTools(): Promise<CheckTools> {
  return {
    manifestCheck: await buildProgram('manifest-check', '.'),
    kubeScore: await buildProgram('kube-score', 'github.com/zegl/kube-score/cmd/kube-score'),
    httpRouteDefinition: join(
      await downloadModule('gateway-api', 'sigs.k8s.io/gateway-api'),
      HTTP_ROUTE,
    ),
  };
}

async function buildProgram(name: string, importPath: string): Promise<string> {
  const directory = moduleDirectory(name);
  const program = join(cacheDirectory(), `${name}-${buildKey(directory)}`);
  if (existsSync(program)) return program;
  await mkdir(dirname(program), { recursive: true });
  const scratch = await mkdtemp(`${program}-`);
  try {
    const built = join(scratch, name);
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];
    await go(directory, ['build', ...flags, '-o', built, importPath]);
    await rename(built, program); // I1
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return program;
}

/** Go checks the files against go.sum. */
async function downloadModule(name: string, path: string): Promise<string> {
  const answer = await go(moduleDirectory(name), ['mod', 'download', '-json', path]);
  return (JSON.parse(answer) as { readonly Dir: string }).Dir;
}

async function go(directory: string, words: readonly string[]): Promise<string> {
  const { stdout } = await run(GO, words, {
    cwd: directory,
    env: { ...process.env, CGO_ENABLED: '0' },
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return stdout;
}

function moduleDirectory(name: string): string {
  return join(import.meta.dirname, name);
}
