// Reads a stack's config once: raw sections -> made complete for its engine -> schema -> rules across sections -> a frozen
// StackConfig.
//   I1. Every problem is reported at once, by path, with the value and the rule, before any resource is registered.
//   I2. A secret's value is never shown.

import * as pulumi from '@pulumi/pulumi';
import type { z } from 'zod';
import { completeFlinkSections } from './engines/flink/section-names.ts';
import { stackSections } from './stack-schema.ts';
import type { SectionName, StackConfig } from './stack-schema.ts';
import type { ConfigProblem } from './stack-rule.ts';
import { checkStackRules } from './stack-rules.ts';

const SECTION_NAMES = Object.keys(stackSections) as readonly SectionName[];
const VALUE_CHARACTERS_MAX = 80;

/** Sections as the stack file has them, and which of them hold something encrypted. */
export interface RawStackConfig {
  readonly sections: Readonly<Record<string, unknown>>;
  readonly encryptedSections: ReadonlySet<string>;
}

/** Ends the program with the list of problems and without a stack trace. */
export class StackConfigError extends pulumi.RunError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(formatProblems(problems));
    this.problems = problems;
  }
}

/** The config of the stack that is being deployed; throws `StackConfigError`. */
export function readStackConfig(): StackConfig {
  const project = pulumi.getProject();
  const values = pulumi.runtime.allConfig();
  const sections: Record<string, unknown> = {};
  const encryptedSections = new Set<string>();
  for (const [key, text] of Object.entries(values)) {
    const [namespace, name] = key.split(':', 2);
    if (namespace !== project || name === undefined) continue;
    sections[name] = parseText(text);
    if (isEncrypted(key)) encryptedSections.add(name);
  }
  return parseStackConfig({ sections, encryptedSections });
}

/** Checks raw sections; throws `StackConfigError` that lists every problem. */
export function parseStackConfig(raw: RawStackConfig): StackConfig {
  const { sections, engine, problems: ofNames } = completeSections(raw.sections);
  const problems: ConfigProblem[] = [...findUnknownSections(sections), ...ofNames];
  const parsed: Partial<Record<SectionName, unknown>> = {};
  for (const name of SECTION_NAMES) {
    const result = stackSections[name].safeParse(sections[name]);
    if (result.success) parsed[name] = result.data;
    else problems.push(...result.error.issues.map((issue) => toProblem(name, issue, sections)));
  }
  const { encryptedSections } = raw;
  problems.push(...checkStackRules(parsed as Partial<StackConfig>, { encryptedSections, engine }));
  if (problems.length > 0) throw new StackConfigError(problems);
  return Object.freeze(parsed) as StackConfig;
}

/** The engine as the file has it: rules apply by it even when another key of its section is wrong. */
function completeSections(sections: RawStackConfig['sections']) {
  const section = sections['engine'];
  if (isObject(section) && section['kind'] === 'flink') {
    return { ...completeFlinkSections(sections), engine: 'flink' as const };
  }
  return { sections, problems: [], engine: 'millrace' as const };
}

function* findUnknownSections(sections: RawStackConfig['sections']): Iterable<ConfigProblem> {
  for (const path of Object.keys(sections)) {
    if (Object.hasOwn(stackSections, path)) continue;
    yield { path, rule: `is not a section; there are ${SECTION_NAMES.join(', ')}` };
  }
}

function toProblem(
  section: string,
  issue: z.core.$ZodIssue,
  sections: RawStackConfig['sections'],
): ConfigProblem {
  const path = [section, ...issue.path.map(String)];
  const value = path.reduce<unknown>(
    (inner, key) => (isObject(inner) ? inner[key] : undefined),
    sections,
  );
  const isMissing = value === undefined && issue.code === 'invalid_type';
  const rule = isMissing ? 'is required' : issue.message.replace(/^Unrecognized/, 'unrecognized');
  return { path: path.join('.'), value: isObject(value) ? undefined : value, rule };
}

/** I2: the only secret of a stack file is named so; anything else is shown, cut to a line. */
function formatProblems(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map(({ path, value, rule }) => {
    const shown = value === undefined || path.endsWith('password') ? '' : ` = ${show(value)}`;
    return `  ${path}${shown}: ${rule}`;
  });
  return [`The stack's config has ${count}; nothing was changed.`, ...lines].join('\n');
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text;
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A section that is plain text: the schema says that it must be an object.
    return text;
  }
}

function isEncrypted(key: string): boolean {
  // The SDK marks the function as internal in its types only; without it, encrypted and clear config look the same.
  const { isConfigSecret } = pulumi.runtime as unknown as {
    readonly isConfigSecret: (key: string) => boolean;
  };
  return isConfigSecret(key);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
