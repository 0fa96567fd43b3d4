// What a rule across the sections of a stack file is, and what it finds; the rules are in stack-rules.ts and, for Flink, in
// engines/flink/rules.ts.

import type { SectionName, StackConfig } from './stack-schema.ts';

/** One thing that is wrong in a stack file. `value` is absent for what is missing or must not be shown. */
export interface ConfigProblem {
  readonly path: string;
  readonly value?: unknown;
  readonly rule: string;
}

/** What the rules need to know besides the values. */
export interface ConfigOrigin {
  /** Sections that were encrypted in the stack file. */
  readonly encryptedSections: ReadonlySet<string>;
  readonly engine: StackConfig['engine']['kind'];
}

/** One rule; it sees a config in which the sections that it needs are right by themselves, and no others. */
export interface Rule {
  readonly needs: readonly SectionName[];
  check(config: StackConfig, origin: ConfigOrigin): readonly ConfigProblem[];
}

/** Names of values that look like secrets: what a stack passes on ends in a ConfigMap, in clear. */
const SECRET_NAME = /password|passwd|secret|token|credential|api_?key|private_?key/i;

/** Paths of values with text under a telling name; a name that ends in Path or File holds no secret itself. */
export function findSecretNames(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const innerPath = `${path}.${name}`;
    const isSecret = SECRET_NAME.test(name) && !/(path|file)$/i.test(name);
    return isSecret && typeof inner === 'string' ? [innerPath] : findSecretNames(inner, innerPath);
  });
}
