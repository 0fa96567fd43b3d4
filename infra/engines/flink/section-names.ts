// Sections of a stack file before they are checked, made complete where Flink's defaults are not Millrace's, and with the names
// of the container contract (`engine.environment`) put where they belong.
//   I1. A value under two names is refused, even when both are equal: one place for each.

import { parseSizeBytes } from '../../../runtime/deployment.ts';
import type { ConfigProblem } from '../../stack-rule.ts';
import { defaultNetworkBytes } from './memory-model.ts';

type Sections = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, unknown>>;

/** What the official image's configuration says. */
const TASK_MANAGER_MEMORY = '1728MiB';
const JOB_MANAGER_MEMORY = '1600MiB';

interface OtherName {
  readonly variable: string;
  /** Section and keys. */
  readonly path: readonly [string, ...string[]];
  readonly write: (value: unknown) => unknown;
}

const asItIs = (value: unknown): unknown => value;
const inMebibytes = (value: unknown): unknown => `${String(value)}MiB`;

/** The names of the container contract, and the keys that they stand for. */
const OTHER_NAMES: readonly OtherName[] = [
  { variable: 'JOB_NAME', path: ['engine', 'mainClass'], write: asItIs },
  { variable: 'JOB_MANAGER_REMOTE_JOBS_DIR', path: ['engine', 'jobDirectory'], write: asItIs },
  { variable: 'TASK_MANAGER_NUMBER_TASK_SLOTS', path: ['workers', 'slots'], write: asItIs },
  { variable: 'TASK_MANAGER_MEMORY_MB', path: ['workers', 'memory', 'total'], write: inMebibytes },
  {
    variable: 'TASK_MANAGER_HEAP_MEMORY_MB',
    path: ['workers', 'memory', 'heap'],
    write: inMebibytes,
  },
  {
    variable: 'TASK_MANAGER_NETWORK_BUFFER_MEMORY_MB',
    path: ['workers', 'memory', 'network'],
    write: inMebibytes,
  },
  {
    variable: 'TASK_MANAGER_OPTS',
    path: ['engine', 'taskManagerOptions'],
    write: (value) =>
      String(value)
        .split(/\s+/)
        .filter((flag) => flag !== ''),
  },
];

/** Sections that the schemas can read, and what is said twice. */
export function completeFlinkSections(sections: Sections): {
  readonly sections: Sections;
  readonly problems: readonly ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  let complete = sections;
  for (const { variable, path, write } of OTHER_NAMES) {
    const value = read(sections, ['engine', 'environment', variable]);
    if (value === undefined) continue;
    if (read(sections, path) === undefined) complete = put(complete, path, write(value));
    else {
      const rule = `is ${path.join('.')} under another name, which is set too: keep one of them`; // I1
      problems.push({ path: `engine.environment.${variable}`, value, rule });
    }
  }
  return { sections: addDefaults(complete), problems };
}

function addDefaults(sections: Sections): Sections {
  const withMemory = putNew(
    putNew(sections, ['workers', 'memory', 'total'], TASK_MANAGER_MEMORY),
    ['coordinator', 'memory'],
    JOB_MANAGER_MEMORY,
  );
  const total = read(withMemory, ['workers', 'memory', 'total']);
  const totalBytes = typeof total === 'string' ? parseSizeBytes(total) : undefined;
  if (totalBytes === undefined) return withMemory;
  const network = `${defaultNetworkBytes(totalBytes) / 1024 ** 2}MiB`;
  return putNew(withMemory, ['workers', 'memory', 'network'], network);
}

function putNew(
  sections: Sections,
  path: readonly [string, ...string[]],
  value: unknown,
): Sections {
  return read(sections, path) === undefined ? put(sections, path, value) : sections;
}

function read(sections: Sections, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isValues(value) ? value[key] : undefined), sections);
}

/** A copy with the value; what is not an object on the way is left to the schema to complain about. */
function put(values: Values, [key, ...rest]: readonly string[], value: unknown): Values {
  if (key === undefined) return values;
  if (rest.length === 0) return { ...values, [key]: value };
  const inner = values[key] ?? {};
  return isValues(inner) ? { ...values, [key]: put(inner, rest, value) } : values;
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
