// From environment variables to settings: raw text -> values -> defaults -> rules across fields -> frozen.
//   I1. Every problem is reported at once, each with the variable, its value and the rule.
//   I2. A rule across fields is judged only when each of its fields is right by itself: no follow-up complaints.

import { EngineError } from '../core/errors.ts';
import { DEFAULTS, defaultHeapBytes } from './defaults.ts';
import { ENVIRONMENT, SETTING_NAMES } from './environment.ts';
import { findMemoryProblem } from './memory-model.ts';
import type { Environment } from './process-environment.ts';
import { settingsShape } from './schema.ts';
import type { SettingName, Settings } from './schema.ts';

/** One thing that is wrong: the variable (or variables), what it holds, and the rule it breaks. */
export interface SettingProblem {
  readonly variable: string;
  readonly value: string | undefined;
  readonly rule: string;
}

/** Fewer buffers than this could not serve the channels of even the smallest shuffle. */
const BUFFER_COUNT_MIN = 16;

type Draft = Partial<Record<SettingName, unknown>>;

/** Complete, checked, frozen settings; throws `CONFIG_INVALID` that lists every problem. */
export function loadSettings(environment: Environment): Settings {
  const { values, problems } = read(environment);
  if (problems.length > 0) throw new EngineError('CONFIG_INVALID', formatProblems(problems));
  return deepFreeze(values) as Settings;
}

/** What `loadSettings` would refuse, as data; empty when it would accept. */
export function findSettingProblems(environment: Environment): readonly SettingProblem[] {
  return read(environment).problems;
}

function read(environment: Environment): { values: Draft; problems: SettingProblem[] } {
  const problems = [...findUnknownVariables(environment)];
  const values: Draft = {};
  for (const name of SETTING_NAMES) readSetting(environment, name, values, problems);
  if (values.heapBytes === undefined && typeof values.memoryLimitBytes === 'number') {
    if (!isSet(environment, 'heapBytes'))
      values.heapBytes = defaultHeapBytes(values.memoryLimitBytes);
  }
  problems.push(...checkAcrossFields(values, environment));
  return { values, problems };
}

function readSetting(
  environment: Environment,
  name: SettingName,
  values: Draft,
  problems: SettingProblem[],
): void {
  const { variable, parse, expects } = ENVIRONMENT[name];
  const written = environment[variable]?.trim();
  if (written === undefined || written === '') {
    values[name] = (DEFAULTS as Draft)[name];
    return;
  }
  const parsed = parse(written);
  if (parsed === undefined) {
    problems.push({ variable, value: written, rule: expects });
    return;
  }
  const result = settingsShape[name].safeParse(parsed);
  if (result.success) {
    values[name] = result.data;
    return;
  }
  const rules = new Set(result.error.issues.map((issue) => issue.message));
  problems.push({ variable, value: written, rule: [...rules].join('; ') });
}

/** Rules that look at more than one setting. A draft lacks the settings that are wrong by themselves (I2). */
function checkAcrossFields(draft: Draft, environment: Environment): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const values = draft as Partial<Settings>;
  const report = (names: readonly SettingName[], rule: string | undefined): void => {
    if (rule === undefined) return;
    const variables = names.map((name) => ENVIRONMENT[name].variable);
    const shown = variables.map((variable) => environment[variable] ?? '(default)');
    problems.push({ variable: variables.join(', '), value: shown.join(', '), rule });
  };
  report(['memoryLimitBytes', 'heapBytes', 'networkBytes', 'slots'], checkMemory(values));
  report(['heartbeatTimeoutMs', 'heartbeatIntervalMs'], checkHeartbeat(values));
  report(['restartDelayMs', 'restartDelayMaxMs'], checkRestartDelays(values));
  report(['bufferBytes', 'networkBytes'], checkBuffers(values));
  report(['rpcPort', 'restPort'], checkPorts(values.rpcPort, values.restPort));
  report(['dataPort', 'probePort'], checkPorts(values.dataPort, values.probePort));
  return problems;
}

function checkMemory(values: Partial<Settings>): string | undefined {
  const { memoryLimitBytes, heapBytes, networkBytes, slots } = values;
  if (memoryLimitBytes === undefined || heapBytes === undefined) return undefined;
  if (networkBytes === undefined || slots === undefined) return undefined;
  return findMemoryProblem({ limitBytes: memoryLimitBytes, heapBytes, networkBytes, slots });
}

function checkHeartbeat({
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
}: Partial<Settings>): string | undefined {
  if (heartbeatIntervalMs === undefined || heartbeatTimeoutMs === undefined) return undefined;
  if (heartbeatTimeoutMs > 2 * heartbeatIntervalMs) return undefined;
  return (
    `the timeout of ${heartbeatTimeoutMs}ms must be more than twice the interval of ` +
    `${heartbeatIntervalMs}ms, or one late heartbeat loses a worker`
  );
}

function checkRestartDelays({
  restartDelayMs,
  restartDelayMaxMs,
}: Partial<Settings>): string | undefined {
  if (restartDelayMs === undefined || restartDelayMaxMs === undefined) return undefined;
  if (restartDelayMs <= restartDelayMaxMs) return undefined;
  return `the first pause of ${restartDelayMs}ms must not be longer than the longest, ${restartDelayMaxMs}ms`;
}

function checkBuffers({ bufferBytes, networkBytes }: Partial<Settings>): string | undefined {
  if (bufferBytes === undefined || networkBytes === undefined) return undefined;
  const count = Math.floor(networkBytes / bufferBytes);
  if (count >= BUFFER_COUNT_MIN) return undefined;
  return `the network memory holds ${count} buffers, at least ${BUFFER_COUNT_MIN} are needed: use smaller buffers`;
}

function checkPorts(one: number | undefined, other: number | undefined): string | undefined {
  if (one === undefined || one === 0 || one !== other) return undefined;
  return 'must be two different ports: one process opens both';
}

/** A misspelt variable would silently leave its default in force. */
function* findUnknownVariables(environment: Environment): Iterable<SettingProblem> {
  const known = new Set(SETTING_NAMES.map((name) => ENVIRONMENT[name].variable));
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('MILLRACE_') || known.has(variable)) continue;
    if (isServiceLink(variable)) continue;
    yield { variable, value, rule: `is not a setting; did you mean ${nearest(variable, known)}?` };
  }
}

/** Kubernetes adds these to every pod for each Service of the namespace, whatever the Service is called. */
function isServiceLink(variable: string): boolean {
  return /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?$/.test(variable);
}

function nearest(variable: string, known: ReadonlySet<string>): string {
  const distances = [...known].map((name) => ({ name, distance: editDistance(variable, name) }));
  return distances.toSorted((left, right) => left.distance - right.distance)[0]?.name ?? '';
}

/** Levenshtein's distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

function formatProblems(problems: readonly SettingProblem[]): string {
  const count =
    problems.length === 1 ? '1 setting is wrong' : `${problems.length} settings are wrong`;
  const lines = problems.map(
    ({ variable, value, rule }) => `  ${variable}=${value ?? ''}: ${rule}`,
  );
  return [`${count}:`, ...lines].join('\n');
}

function isSet(environment: Environment, name: SettingName): boolean {
  return (environment[ENVIRONMENT[name].variable] ?? '').trim() !== '';
}

function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
