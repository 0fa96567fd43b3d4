// The project file and a stack file, as the engine reads them: declared keys with their defaults, the stack's values over
// them, and which of them are secret.
//   I1. A secret in a stack file of tests is written `secure: test:<the secret>`: there is no key to decrypt others with.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isRecord } from './property-value.ts';

/** What a program is started with. */
export interface StackConfig {
  readonly project: string;
  /** `project:key` to its value; objects and lists as JSON. */
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Secrets in clear, to be kept out of messages. */
  readonly secrets: readonly string[];
  /** Packages whose default provider may not be used. */
  readonly disabledDefaultProviders: readonly string[];
}

interface Declaration {
  readonly type?: string;
  readonly default?: unknown;
}
interface ProjectFile {
  readonly name: string;
  readonly main?: string;
  readonly runtime: { readonly name?: string; readonly options?: Record<string, unknown> };
  readonly config?: Readonly<Record<string, Declaration>>;
}

const SECURE = 'test:';

/** Reads both files; throws with the engine's own words where a declared key is missing or of the wrong type. */
export function readStackConfig(directory: string, stack: string, stackFile: string): StackConfig {
  const project = readYaml(join(directory, 'Pulumi.yaml')) as unknown as ProjectFile;
  checkRuntime(project);
  const file = (readYaml(stackFile)['config'] ?? {}) as Record<string, unknown>;
  const secrets: string[] = [];
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const [key, written] of Object.entries({ ...defaultsOf(project), ...file })) {
    const found = secrets.length;
    const value = openSecure(written, key, secrets);
    values[key] = typeof value === 'string' ? value : JSON.stringify(value);
    if (secrets.length > found) secretKeys.push(key);
  }
  checkDeclared(project, stack, values);
  const disabled = values['pulumi:disable-default-providers'];
  return {
    project: project.name,
    values,
    secretKeys,
    secrets,
    disabledDefaultProviders: disabled === undefined ? [] : (JSON.parse(disabled) as string[]),
  };
}

function checkRuntime({ main, runtime }: ProjectFile): void {
  const { typescript, packagemanager: _, ...others } = runtime.options ?? {};
  const isKnown = typescript === false && Object.keys(others).length === 0 && main === undefined;
  if (runtime.name === 'nodejs' && isKnown) return;
  throw new Error(
    'the test engine runs programs with `runtime: { name: nodejs, options: { typescript: false } }`, ' +
      'without `main`; Pulumi.yaml has something else',
  );
}

function defaultsOf({ name, config = {} }: ProjectFile): Record<string, unknown> {
  const entries = Object.entries(config).filter(([, { default: value }]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, declared]) => [`${name}:${key}`, declared.default]));
}

function checkDeclared(
  { name, config = {} }: ProjectFile,
  stack: string,
  values: Readonly<Record<string, string>>,
): void {
  for (const [key, { type }] of Object.entries(config)) {
    const value = values[`${name}:${key}`];
    if (value === undefined) {
      throw new Error(`Stack '${stack}' is missing configuration value '${key}'`);
    }
    if (type !== undefined && !isOfType(value, type)) {
      throw new Error(`Stack '${stack}' with configuration key '${key}' must be of type '${type}'`);
    }
  }
}

function isOfType(value: string, type: string): boolean {
  if (type === 'string') return true;
  if (type === 'boolean') return value === 'true' || value === 'false';
  if (type === 'integer') return /^-?\d+$/.test(value);
  return type === 'array' ? value.startsWith('[') : value.startsWith('{');
}

function openSecure(value: unknown, key: string, secrets: string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => openSecure(item, key, secrets));
  if (!isRecord(value)) return value;
  const { secure, ...others } = value;
  if (typeof secure !== 'string' || Object.keys(others).length > 0) {
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([name, inner]) => [name, openSecure(inner, key, secrets)]),
    );
  }
  if (!secure.startsWith(SECURE)) {
    throw new Error(
      `${key} holds a secret that only its real stack can decrypt; tests write \`secure: ${SECURE}<text>\``,
    ); // I1
  }
  secrets.push(secure.slice(SECURE.length));
  return secure.slice(SECURE.length);
}

function readYaml(path: string): Record<string, unknown> {
  const document: unknown = parse(readFileSync(path, 'utf8'));
  if (!isRecord(document)) throw new Error(`${path} is not a YAML mapping`);
  return document;
}
