// A job's parameters on the command line: `--max-out-of-orderness 1h` for the field `maxOutOfOrderness` of its zod object.

import { z } from 'zod';
import type { JobDefinition } from '../api/job.ts';
import { EngineError } from '../core/errors.ts';
import { loadJob, resolveJobModule } from '../program/load-job.ts';

interface ParameterField {
  readonly name: string;
  readonly flag: string;
  readonly isBoolean: boolean;
  readonly isNumber: boolean;
  readonly description: string;
  readonly defaultText: string;
}

/** From what is left of the command line to the job's raw parameters. Throws `USAGE` naming the flags there are. */
export function parseJobParameters(
  job: JobDefinition,
  args: readonly string[],
): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(job);
  const parameters: Record<string, unknown> = {};
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    const [flag, inline] = splitAtEquals(argument);
    const field = fields.find((candidate) => candidate.flag === flag);
    if (field === undefined) throw unknownFlag(job, argument, fields);
    if (field.isBoolean && inline === undefined) {
      parameters[field.name] = true;
      continue;
    }
    const text = inline ?? args[++index];
    if (text === undefined || (inline === undefined && text.startsWith('--'))) {
      throw new EngineError(
        'USAGE',
        `${flag} needs a value: ${flag} <value>. ${field.description}`,
      );
    }
    parameters[field.name] = readValue(field, text);
  }
  return parameters;
}

/** Help text: one line a parameter. Throws `JOB_NOT_FOUND`, `JOB_INVALID`. */
export async function describeJobParameters(name: string): Promise<string> {
  const job = await loadJob(resolveJobModule(name, undefined));
  const fields = fieldsOf(job);
  const width = Math.max(0, ...fields.map((field) => field.flag.length));
  const lines = fields.map(
    ({ flag, description, defaultText }) => `  ${flag.padEnd(width)}  ${description}${defaultText}`,
  );
  return [`Parameters of ${job.name}:`, ...(lines.length > 0 ? lines : ['  none']), ''].join('\n');
}

function fieldsOf(job: JobDefinition): readonly ParameterField[] {
  return Object.entries(job.parameters.shape).map(([name, schema]) => {
    const type = schema as z.ZodType;
    const core = unwrap(type);
    const fallback = defaultOf(type);
    return {
      name,
      flag: `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      isBoolean: core instanceof z.ZodBoolean,
      isNumber: core instanceof z.ZodNumber,
      description: type.description ?? '',
      defaultText: fallback === undefined ? '' : ` (default: ${JSON.stringify(fallback)})`,
    };
  });
}

function unwrap(type: z.ZodType): z.ZodType {
  const isWrapped =
    type instanceof z.ZodDefault || type instanceof z.ZodPrefault || type instanceof z.ZodOptional;
  return isWrapped ? unwrap(type.unwrap() as z.ZodType) : type;
}

function defaultOf(type: z.ZodType): unknown {
  const hasDefault = type instanceof z.ZodDefault || type instanceof z.ZodPrefault;
  return hasDefault ? type.def.defaultValue : undefined;
}

function readValue(field: ParameterField, text: string): unknown {
  if (field.isBoolean) {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new EngineError('USAGE', `${field.flag} is true or false, not "${text}".`);
  }
  if (!field.isNumber) return text;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new EngineError('USAGE', `${field.flag} needs a number, not "${text}".`);
}

function splitAtEquals(argument: string): [string, string | undefined] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

function unknownFlag(
  job: JobDefinition,
  argument: string,
  fields: readonly ParameterField[],
): EngineError {
  const flags = fields.map((field) => field.flag).join(', ') || 'none';
  return new EngineError(
    'USAGE',
    `"${argument}" is no option of millrace run, nor a parameter of ${job.name} (${flags}): see millrace run ${job.name} --help.`,
  );
}
