// What a container of the engine may do, seen from within: printed as JSON by a script that runs in it, since the image has
// Node and no shell.

import type { Cluster } from '../harness/cluster.ts';

/** Facts about process 1 of a container and about the file system it sees. */
export interface PodFacts {
  /** Lines of `/proc/1/status`: `Uid`, `Gid`, `CapEff`, `CapBnd`, `NoNewPrivs`, `Seccomp`. */
  readonly status: Readonly<Record<string, string>>;
  /** Outcome of writing a file into each folder: `written`, or the error's code. */
  readonly writes: Readonly<Record<string, string>>;
  /** Outcome of reading the token of a service account. */
  readonly token: string;
}

const FOLDERS = ['/', '/app', '/usr', '/etc', '/tmp', '/var/lib/millrace/jobs'];

const SCRIPT = `
const { readFileSync, unlinkSync, writeFileSync } = require('node:fs');
const outcome = (what) => { try { what(); return undefined; } catch (error) { return error.code; } };
const lines = readFileSync('/proc/1/status', 'utf8').split('\\n').map((line) => line.split(/:\\s+/));
const writes = process.argv.slice(1).map((folder) => {
  const file = folder + '/probe-' + process.pid;
  return [folder, outcome(() => { writeFileSync(file, ''); unlinkSync(file); }) ?? 'written'];
});
const token = outcome(() => readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/token')) ?? 'read';
process.stdout.write(JSON.stringify({ status: Object.fromEntries(lines), writes: Object.fromEntries(writes), token }));
`;

/** Looks around in the first container of a pod. */
export async function readPodFacts(
  cluster: Cluster,
  namespace: string,
  pod: string,
): Promise<PodFacts> {
  const output = await cluster.output(namespace, pod, ['node', '-e', SCRIPT, ...FOLDERS]);
  return JSON.parse(output.toString()) as PodFacts;
}
