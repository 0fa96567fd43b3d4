// What the tools say of a file of manifests, in one form, and the list of what is meant to be as it is.
//   I1. A finding is accepted only by an exception with its tool, check, message and object.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CheckTools } from './check-tools.ts';

const run = promisify(execFile);
const OUTPUT_BYTES_MAX = 64 * 1024 ** 2;
const GRADE_OK = 10;
/** Checks of kube-score that it leaves out by default and that hold here. */
const KUBE_SCORE_OPTIONAL = [
  'container-memory-requests-equal-limits',
  'container-ephemeral-storage-request-equals-limit',
  'container-ports-check',
  'container-seccomp-profile',
];

/** One thing that a tool does not like. */
export interface Finding {
  readonly tool: 'manifest-check' | 'kube-score';
  readonly check: string;
  readonly message: string;
  /** Kind and name, without a hash of content. */
  readonly object: string;
}

/** Findings that are meant to be so. */
export interface Exception extends Omit<Finding, 'object'> {
  readonly objects: readonly string[];
  readonly why: string;
}

/** Whether an exception is about a finding (I1). */
export function accepts(exception: Exception, { tool, check, message, object }: Finding): boolean {
  const { objects } = exception;
  const isSame =
    exception.tool === tool && exception.check === check && exception.message === message;
  return isSame && objects.includes(object);
}

/** Kubernetes' own opinion of every document of a file. */
export async function askManifestCheck(
  { manifestCheck, httpRouteDefinition }: CheckTools,
  file: string,
): Promise<readonly Finding[]> {
  const { stdout } = await run(manifestCheck, ['-crd', httpRouteDefinition, file], {
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const found = JSON.parse(line) as Omit<Finding, 'tool'>;
      return { tool: 'manifest-check', ...found, object: withoutHash(found.object) };
    });
}

/** The parts of kube-score's JSON that are read here. */
interface ScoredObject {
  /** `<kind>/<apiVersion>/<namespace>/<name>` */
  readonly object_name: string;
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly summary: string }[] | null;
  }[];
}

/** What kube-score advises on the documents of a file, which it looks at together. */
export async function askKubeScore(
  { kubeScore }: CheckTools,
  file: string,
  kubernetesVersion: string,
): Promise<readonly Finding[]> {
  const flags = ['--kubernetes-version', kubernetesVersion, '--output-format', 'json'];
  const optional = ['--enable-optional-test', KUBE_SCORE_OPTIONAL.join(',')];
  const text = await outputOf(kubeScore, ['score', ...flags, ...optional, file]);
  return (JSON.parse(text) as readonly ScoredObject[]).flatMap((scored) =>
    scored.checks
      .filter(({ skipped, grade }) => !skipped && grade < GRADE_OK)
      .flatMap(({ check, comments }) =>
        (comments ?? []).map(({ summary }) => ({
          tool: 'kube-score' as const,
          check: check.id,
          message: summary,
          object: withoutHash(kindAndName(scored.object_name)),
        })),
      ),
  );
}

/** kube-score exits 1 when it found something, and still prints it. */
async function outputOf(program: string, words: readonly string[]): Promise<string> {
  try {
    return (await run(program, words, { maxBuffer: OUTPUT_BYTES_MAX })).stdout;
  } catch (error) {
    const { code, stdout } = error as { readonly code?: unknown; readonly stdout?: string };
    if (code === 1 && stdout?.startsWith('[') === true) return stdout;
    throw error;
  }
}

function kindAndName(objectName: string): string {
  const parts = objectName.split('/');
  return `${parts[0] ?? ''}/${parts.at(-1) ?? ''}`;
}

/** Names that follow from content change with every release. */
function withoutHash(object: string): string {
  return object.replace(/-[0-9a-f]{10}$/, '');
}
