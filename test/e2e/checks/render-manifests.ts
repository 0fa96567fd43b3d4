// What a stack would send to Kubernetes, as plain YAML: for linters, for people who review it, and for `kubectl diff -f -`.
// The real program runs, with its real plan of the job, on the SDK's mock engine; nothing is built and no cluster is asked.
// `node test/e2e/checks/render-manifests.ts prod` prints the stack file `stacks/Pulumi.prod.yaml`.

import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import { StreamPlatform } from '../../../infra/components/stream-platform.ts';
import { readStackConfig } from '../../../infra/config.ts';
import { planJob } from '../../../infra/job-plan.ts';
import { describeJob } from '../../../runtime/deployment.ts';
import { runStack, readStackFile, toConfig } from '../../infra/stack-harness.ts';

/** One object as the API server gets it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** The objects of a stack with these sections, the namespace first; rejects when the config is refused. */
export async function renderManifests(
  sections: Readonly<Record<string, unknown>>,
): Promise<readonly Manifest[]> {
  const run = await runStack({ stack: 'rendered', config: toConfig(sections) }, async () => {
    const config = readStackConfig();
    const platform = new StreamPlatform('millrace', {
      config,
      plan: await planJob(config, describeJob),
    });
    return { image: platform.image };
  });
  return run.resources
    .filter(({ type }) => type.startsWith('kubernetes:'))
    .map(({ inputs }) => inputs as unknown as Manifest)
    .sort((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1));
}

/** Documents of one file. */
export function toYaml(manifests: readonly Manifest[]): string {
  return manifests.map((manifest) => stringify(manifest)).join('---\n');
}

/** Nothing can be created before its namespace; the rest is for reading. */
function orderOf({ kind, metadata }: Manifest): string {
  return `${kind === 'Namespace' ? 0 : 1} ${kind} ${metadata.name}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const stack = process.argv[2];
  if (stack === undefined) throw new Error('name a stack of stacks/, such as dev');
  process.stdout.write(toYaml(await renderManifests(readStackFile(stack))));
}
