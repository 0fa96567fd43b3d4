// Steps as lines for a terminal, in the manner of `pulumi preview --diff`, with what does not change left out.

import type { Outcome, PropertyDiff, Step, StepKind } from './outcome.ts';

const SIGNS: Readonly<Record<StepKind, string>> = {
  create: '+',
  update: '~',
  replace: '+-',
  delete: '-',
  same: '=',
};
const DIFF_SIGNS = { add: '+', delete: '-', update: '~' } as const;
const VALUE_CHARACTERS_MAX = 100;

/** The changes with their properties, then the counts; one line if nothing changes. */
export function printSteps({ steps, warnings }: Pick<Outcome, 'steps' | 'warnings'>): string {
  const changed = steps.filter(({ kind }) => kind !== 'same');
  const lines = changed.flatMap((step) => [printStep(step), ...printDiff(step)]);
  return [...lines, ...warnings.map((warning) => `! ${warning}`), printCounts(steps)].join('\n');
}

function printStep({ kind, type, name, replacedBy }: Step): string {
  const because = replacedBy === undefined ? '' : ` because of ${replacedBy.join(', ')}`;
  return `${SIGNS[kind].padEnd(2)} ${type} ${name}${because}`;
}

/** A new resource is named only: all of it is new. */
function printDiff({ kind, diff }: Step): readonly string[] {
  return kind === 'create' ? [] : diff.map((property) => `     ${printProperty(property)}`);
}

function printProperty({ path, kind, before, after }: PropertyDiff): string {
  const sign = DIFF_SIGNS[kind];
  if (kind === 'add') return `${sign} ${path}: ${show(after)}`;
  if (kind === 'delete') return `${sign} ${path}: ${show(before)}`;
  return `${sign} ${path}: ${show(before)} => ${show(after)}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text;
}

function printCounts(steps: readonly Step[]): string {
  const counts = (Object.keys(SIGNS) as StepKind[])
    .map((kind) => [kind, steps.filter((step) => step.kind === kind).length] as const)
    .filter(([, count]) => count > 0);
  return counts.map(([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing';
}
