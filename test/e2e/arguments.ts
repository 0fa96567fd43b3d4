// What `npm run e2e -- …` was asked for. Pure: words in, a command out; wrong use is an error of one line.

import { parseArgs } from 'node:util';

import type { DeploymentEngineKind } from './cluster/facts.ts';

/** What to do. */
export type E2eCommand = { readonly kind: 'help' | 'list' | 'down' } | RunRequest;

/** Run scenarios. */
export interface RunRequest {
  readonly kind: 'run';
  /** Names of scenarios; empty for all. */
  readonly only: readonly string[];
  readonly engine: DeploymentEngineKind;
  readonly keep: boolean;
  /** A cluster that is there already, and an image it can pull. */
  readonly elsewhere?: { readonly kubeconfig: string; readonly image: string };
}

/** The words were not understood. */
export class UsageError extends Error {}

/** What `--help` prints. */
export const HELP = `npm run e2e -- [options]

Starts a Kubernetes cluster of its own on this machine (Linux, root), deploys the Pulumi program into it,
runs the scenarios of test/e2e/scenarios, and removes everything it made.

  --only <scenario>    run this scenario only; may be repeated
  --keep               leave the cluster up; the next run uses it again
  --down               remove a cluster that was kept, or what a crash left
  --list               print the names of the scenarios
  --engine <engine>    what deploys: double (default), a test double of Pulumi's engine, or pulumi, the real CLI
  --kubeconfig <file>  use this cluster instead of starting one; together with
  --image <reference>  the engine's image, which that cluster can pull
  --help               print this

  MILLRACE_E2E_CACHE   where programs are kept between runs and the cluster's files are during one
                       (default: millrace/e2e in XDG_CACHE_HOME or ~/.cache)
  MILLRACE_E2E_NETWORK the N of the cluster's addresses, 10.N.0.0/16 (default: 203)`;

const OPTIONS = {
  only: { type: 'string', multiple: true },
  keep: { type: 'boolean' },
  down: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean' },
  engine: { type: 'string' },
  kubeconfig: { type: 'string' },
  image: { type: 'string' },
} as const;

/** Understands the words after the script's name. */
export function parseCommand(words: readonly string[]): E2eCommand {
  const values = readOptions(words);
  if (values.help === true) return { kind: 'help' };
  if (values.list === true) return { kind: 'list' };
  if (values.down === true) return { kind: 'down' };
  const { only = [], engine = 'double', keep = false, kubeconfig, image } = values;
  if (engine !== 'double' && engine !== 'pulumi') {
    throw new UsageError(`--engine is double or pulumi, and not ${engine}`);
  }
  if (kubeconfig === undefined && image === undefined) return { kind: 'run', only, engine, keep };
  if (kubeconfig === undefined || image === undefined) {
    throw new UsageError(
      '--kubeconfig and --image belong together: a cluster and what to run on it',
    );
  }
  if (keep) throw new UsageError('--keep is about a cluster of our own: leave it out here');
  return { kind: 'run', only, engine, keep, elsewhere: { kubeconfig, image } };
}

function readOptions(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, strict: true }).values;
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new UsageError(`${line?.replace(/\.$/, '') ?? ''}: see --help`, { cause: error });
  }
}
