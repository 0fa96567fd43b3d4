// The tables of docs/deploy.md, from the schemas (every key of a stack file, every variable of a pod), and of docs/flink.md, from
// the mapping to Flink's options. Run by hand it writes them between the pages' markers (`node test/infra/config-reference.ts`); deploy-guide.test.ts fails when they are
// stale.

import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { MAPPED_OPTIONS } from '../../infra/engines/flink/options.ts';
import { stackSections } from '../../infra/stack-schema.ts';
import { DEFAULTS, ENVIRONMENT, SETTING_NAMES, settingsShape } from '../../runtime/deployment.ts';
import type { Settings } from '../../runtime/deployment.ts';

/** The page that the tables are part of. */
export const GUIDE = 'docs/deploy.md';

interface JsonSchema {
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

interface Row {
  readonly key: string;
  readonly value: string;
  readonly description: string;
}

/** The page about Flink. */
export const FLINK_GUIDE = 'docs/flink.md';

/** The page with both tables as they must be, formatted as `npm run format` would. */
export function renderGuide(page: string): Promise<string> {
  return renderTables(page, {
    'stack-keys': renderStackKeys(),
    environment: renderEnvironmentTable(),
  });
}

/** The page about Flink with the mapping as it must be. */
export function renderFlinkGuide(page: string): Promise<string> {
  return renderTables(page, { 'flink-options': renderMapping() });
}

async function renderTables(page: string, tables: Record<string, string>): Promise<string> {
  const text = Object.entries(tables).reduce(replaceTable, page);
  return format(text, { ...(await resolveConfig(GUIDE)), filepath: GUIDE });
}

function renderMapping(): string {
  const processes = { coordinator: 'JobManager', worker: 'TaskManager' };
  const lines = MAPPED_OPTIONS.map(({ option, from, roles, isDefault }) => {
    const keys = from.replaceAll(
      /(^|[ ,])((?:workers|coordinator|job|engine|storage|kubernetes)\.[\w.]+)/g,
      '$1`$2`',
    );
    const readers = roles.map((role) => processes[role]).join(', ');
    return `| ${keys} | \`${option}\`${isDefault === true ? ' (a default)' : ''} | ${readers} |`;
  });
  const head = ['| Key | Option | Read by |', '| --- | --- | --- |'];
  return `${[...head, ...lines].join('\n')}\n`;
}

function replaceTable(text: string, [name, table]: readonly [string, string]): string {
  const block = new RegExp(`(<!-- ${name}:start.*?-->\n)[^]*?(<!-- ${name}:end -->)`);
  if (!block.test(text)) throw new Error(`the page lacks the markers of the table ${name}`);
  return text.replace(block, (_all, start: string, end: string) => `${start}\n${table}\n${end}`);
}

function renderStackKeys(): string {
  const tables = Object.entries(stackSections).map(([name, section]) => {
    const schema = z.toJSONSchema(section, { io: 'input' }) as JsonSchema;
    const rows = listFields(schema, name).map(addDefault);
    return `### \`${name}\`\n\n${schema.description ?? ''}\n\n${renderTable('Key', rows)}`;
  });
  return tables.join('\n');
}

/** One row a value; an object is its fields, a union its members with what chooses them. */
function listFields(schema: JsonSchema, path: string): readonly Row[] {
  const fields = Object.entries(schema.properties ?? {});
  const members = schema.oneOf ?? [];
  return [
    ...members.flatMap((member) => listMember(member, path)),
    ...fields.flatMap(([name, field]) =>
      listField(field, `${path}.${name}`, schema.required?.includes(name) === true),
    ),
  ];
}

function listMember(member: JsonSchema, path: string): readonly Row[] {
  const fields = Object.entries(member.properties ?? {});
  const [name, choice] = fields.find(([, field]) => field.const !== undefined) ?? [];
  const key = `${path}.${name ?? ''}: ${choice?.const ?? ''}`;
  const head = { key, value: 'choice', description: choice?.description ?? '' };
  const rest = Object.fromEntries(fields.filter(([field]) => field !== name));
  return [head, ...listFields({ ...member, properties: rest }, path)];
}

function listField(field: JsonSchema, key: string, isRequired: boolean): readonly Row[] {
  const description = field.description ?? '';
  const isNested = field.properties !== undefined || field.oneOf !== undefined;
  const head = { key, value: describeValue(field, isRequired), description };
  if (field.items?.properties !== undefined) return [head, ...listFields(field.items, `${key}[]`)];
  return isNested ? [{ ...head, value: 'section' }, ...listFields(field, key)] : [head];
}

function describeValue(field: JsonSchema, isRequired: boolean): string {
  const options = field.enum?.filter((option) => option !== field.default);
  const type = options?.join(', ') ?? field.title ?? [field.type ?? 'string'].flat().join(' or ');
  if (field.default === undefined) return isRequired ? `${type}, required` : type;
  return options === undefined ? code(field.default) : `${code(field.default)}, or ${type}`;
}

/** The section for the engine has none in its schema: the engine's own hold. */
function addDefault(row: Row): Row {
  const ownDefault = defaultOf(row.key.replace(/^engine\./, ''));
  if (!row.key.startsWith('engine.') || ownDefault === '') return row;
  return { ...row, value: ownDefault };
}

/** As it is written in a variable; empty when there is none. */
function defaultOf(variable: string): string {
  const name = SETTING_NAMES.find((each) => ENVIRONMENT[each].variable === variable);
  const value = name === undefined ? undefined : (DEFAULTS as Partial<Settings>)[name];
  if (name === undefined || value === undefined) return '';
  // Each form renders the value of its own setting; the look-up loses the pairing.
  const { render } = ENVIRONMENT[name] as { render: (value: unknown) => string };
  const text = render(value);
  return text === '' ? '' : code(text);
}

function renderEnvironmentTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { variable } = ENVIRONMENT[name];
    const description = settingsShape[name].description ?? '';
    return { key: variable, value: defaultOf(variable), description };
  });
  return renderTable('Variable', rows);
}

function renderTable(title: string, rows: readonly Row[]): string {
  const lines = rows.map(({ key, value, description }) => {
    return `| \`${key}\` | ${value} | ${description.replaceAll('|', '\\|')} |`;
  });
  const head = [`| ${title} | Default or type | Meaning |`, '| --- | --- | --- |'];
  return `${[...head, ...lines].join('\n')}\n`;
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

if (import.meta.main) {
  writeFileSync(GUIDE, await renderGuide(readFileSync(GUIDE, 'utf8')));
  writeFileSync(FLINK_GUIDE, await renderFlinkGuide(readFileSync(FLINK_GUIDE, 'utf8')));
}
