// What `pulumi preview --json` prints, read into the words of the scenarios (PreviewDigest of the CLI, pkg/display/json.go).
//   I1. A replacement, which the CLI shows as three steps, is one.

import { diffProperties } from '../../support/deployment-engine/property-diff.ts';
import { redact } from '../../support/deployment-engine/property-value.ts';
import type { PropertyMap } from '../../support/deployment-engine/property-value.ts';
import type { Outcome, Step, StepKind } from '../../support/deployment-engine/outcome.ts';

interface DigestState {
  readonly type: string;
  readonly inputs?: PropertyMap;
}
interface DigestStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: DigestState;
  readonly newState?: DigestState;
  readonly replaceReasons?: readonly string[];
}
interface Diagnostic {
  readonly severity: string;
  readonly message?: string;
}
interface PreviewDigest {
  readonly steps?: readonly DigestStep[];
  readonly diagnostics?: readonly Diagnostic[];
}

const KINDS: Readonly<Record<string, StepKind>> = {
  create: 'create',
  update: 'update',
  replace: 'replace',
  delete: 'delete',
  same: 'same',
};
/** The halves of a replacement, whose own step is `replace`. */
const HALVES = ['create-replacement', 'delete-replaced'];
const SHOWN = ['warning', 'error'];

/** The outcome without outputs, which a preview does not print. */
export function readDigest(text: string): Omit<Outcome, 'outputs'> {
  const { steps = [], diagnostics = [] } = JSON.parse(text) as PreviewDigest;
  const shown = diagnostics.filter(({ severity }) => SHOWN.includes(severity));
  return {
    steps: steps.filter(({ op }) => !HALVES.includes(op)).map(readStep), // I1
    messages: shown.map(({ message = '' }) => message.trim()),
    warnings: [],
  };
}

function readStep({ op, urn, oldState, newState, replaceReasons }: DigestStep): Step {
  const kind = KINDS[op];
  if (kind === undefined) throw new Error(`pulumi shows a step "${op}", which no scenario expects`);
  const [before, after] = [oldState, newState].map((state) => visible(state?.inputs ?? {}));
  return {
    kind,
    urn,
    type: (newState ?? oldState)?.type ?? '',
    name: urn.split('::').at(-1) ?? '',
    diff: kind === 'same' || kind === 'delete' ? [] : diffProperties(before!, after!),
    ...(kind === 'replace' ? { replacedBy: replaceReasons ?? [] } : {}),
    ...(newState === undefined ? {} : { inputs: redact(after) as PropertyMap }),
  };
}

/** Without what the engine keeps for itself, such as `__defaults`. */
function visible(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith('__')));
}
