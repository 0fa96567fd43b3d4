// From a zod schema to the record type of what it lets through: its OUTPUT side, for a record is parsed where it comes in
// and travels afterwards. What has no column of its own travels as `any`, which keeps every value that can be cloned:
//   - records, maps, sets, tuples, any, unknown, custom checks, files, promises, functions; objects that let unknown keys
//     through (`z.looseObject`, `.catchall`); a transform, whose result zod does not know
//   - unions whose members differ, unless discriminated by string literals; bigints of 64 unsigned bits
//   - a schema inside itself (`z.lazy`, getters), from its second occurrence on; nesting deeper than `DEPTH_MAX`
//   - elements of an array that may be undefined
//   I1. No legal schema makes it throw, and none makes it loop.

import { z } from 'zod';

import type { FieldType, RecordType, StructType } from './record-type.ts';

/** Nobody's record is deeper; a getter that makes a new schema at each call would never end. */
const DEPTH_MAX = 24;
/** More cases than a case index tells apart. */
const CASES_MAX = 65_536;

const ANY: RecordType = { kind: 'any' };
const STRING: RecordType = { kind: 'string' };

/** What `null` and `undefined` are by themselves: they join another type of a union without changing its column. */
const NULL: Output = { type: ANY, maybeUndefined: false };
const UNDEFINED: Output = { type: ANY, maybeUndefined: true };

/** A schema for a byte array: `z.object({ body: bytes() })`. */
export function bytes(): z.ZodType<Uint8Array> {
  return z.instanceof(Uint8Array);
}

/** The type of the records that the schema lets through. See above for what falls back to `any`. */
export function recordTypeOf(schema: z.ZodType): RecordType {
  return elementType(outputOf(schema, new Set()));
}

/** One case of a union. */
interface UnionCase {
  readonly tag: string;
  readonly type: StructType;
}

/** A type, and whether undefined may stand in its place. */
interface Output {
  readonly type: RecordType;
  readonly maybeUndefined: boolean;
}

/** The schemas, and getters of schemas, that are being looked into. */
type Ancestors = ReadonlySet<unknown>;

type Definition = z.core.$ZodTypes['_zod']['def'];

function outputOf(schema: z.core.$ZodType, ancestors: Ancestors): Output {
  if (ancestors.has(schema) || ancestors.size > DEPTH_MAX) return defined(ANY);
  const inside = new Set(ancestors).add(schema);
  const definition = (schema as z.core.$ZodTypes)._zod.def;
  return (
    scalarOutput(definition) ??
    wrapperOutput(definition, inside) ??
    defined(compositeType(schema, definition, inside))
  );
}

function defined(type: RecordType): Output {
  return { type, maybeUndefined: false };
}

/** Where undefined cannot be told by an absent field. */
function elementType({ type, maybeUndefined }: Output): RecordType {
  return maybeUndefined ? ANY : type;
}

function scalarOutput(definition: Definition): Output | undefined {
  switch (definition.type) {
    case 'string':
    case 'template_literal':
      return defined(STRING);
    case 'number':
      return defined({ kind: isInteger(definition) ? 'int53' : 'float64' });
    case 'nan':
      return defined({ kind: 'float64' });
    case 'bigint':
      return defined(isUnsigned64(definition) ? ANY : { kind: 'int64' });
    case 'boolean':
    case 'success':
      return defined({ kind: 'boolean' });
    case 'date':
      return defined({ kind: 'instant' });
    case 'literal':
      return outputOfLiterals(definition.values);
    case 'enum':
      return outputOfLiterals(valuesOfEnum(definition.entries));
    case 'null':
      return NULL;
    case 'undefined':
    case 'void':
      return UNDEFINED;
    default:
      return undefined;
  }
}

const INTEGER_FORMATS: ReadonlySet<unknown> = new Set(['safeint', 'int32', 'uint32']);

/** `z.int()` carries the format itself, `z.number().int()` as one of its checks. */
function isInteger(definition: Definition): boolean {
  return formatsOf(definition).some((format) => INTEGER_FORMATS.has(format));
}

function isUnsigned64(definition: Definition): boolean {
  return formatsOf(definition).includes('uint64');
}

function formatsOf(definition: Definition): unknown[] {
  const checks = definition.checks?.map((check) => check._zod.def) ?? [];
  return [definition, ...checks].map((part) => ('format' in part ? part.format : undefined));
}

/** The values of a TypeScript enum, without the names that a numeric one maps back to. */
function valuesOfEnum(entries: z.core.util.EnumLike): (string | number)[] {
  const numbers = new Set(Object.values(entries).filter((value) => typeof value === 'number'));
  return Object.entries(entries)
    .filter(([name]) => !numbers.has(Number(name)))
    .map(([, value]) => value);
}

function outputOfLiterals(values: readonly z.core.util.Literal[]): Output {
  return commonOutput(values.map(outputOfLiteral));
}

function outputOfLiteral(value: z.core.util.Literal): Output {
  switch (typeof value) {
    case 'string':
      return defined(STRING);
    case 'number':
      return defined({ kind: Number.isSafeInteger(value) ? 'int53' : 'float64' });
    case 'bigint':
      return defined(BigInt.asIntN(64, value) === value ? { kind: 'int64' } : ANY);
    case 'boolean':
      return defined({ kind: 'boolean' });
    case 'undefined':
      return UNDEFINED;
    default:
      return NULL;
  }
}

/** The one type of all members, undefined and null aside; `any` when they differ. */
function commonOutput(members: readonly Output[]): Output {
  const [first] = members;
  if (first !== undefined && members.every((member) => member === first)) return first;
  const maybeUndefined = members.some((member) => member.maybeUndefined);
  const isNullable = members.some((member) => member === NULL || member.type.kind === 'nullable');
  const types = members
    .filter((member) => member !== NULL && member !== UNDEFINED)
    .map(({ type }) => (type.kind === 'nullable' ? type.of : type));
  const type = commonType(types);
  return { type: isNullable ? nullableOf(type) : type, maybeUndefined };
}

function commonType(types: readonly RecordType[]): RecordType {
  const [first, ...others] = types;
  if (first === undefined) return ANY;
  const expected = JSON.stringify(first);
  if (others.every((other) => JSON.stringify(other) === expected)) return first;
  const areNumbers = types.every(({ kind }) => kind === 'int53' || kind === 'float64');
  return areNumbers ? { kind: 'float64' } : ANY;
}

/** Schemas around others, without a layout of their own. */
function wrapperOutput(definition: Definition, ancestors: Ancestors): Output | undefined {
  switch (definition.type) {
    case 'optional':
      return { ...outputOf(definition.innerType, ancestors), maybeUndefined: true };
    case 'nullable': {
      const { type, maybeUndefined } = outputOf(definition.innerType, ancestors);
      return { type: nullableOf(type), maybeUndefined };
    }
    case 'default':
    case 'nonoptional':
      return defined(outputOf(definition.innerType, ancestors).type);
    case 'prefault':
    case 'catch':
    case 'readonly':
      return outputOf(definition.innerType, ancestors);
    case 'pipe':
      return outputOf(definition.out, ancestors);
    case 'union':
      if ('discriminator' in definition) return undefined;
      return commonOutput(definition.options.map((option) => outputOf(option, ancestors)));
    case 'lazy':
      if (ancestors.has(definition.getter)) return defined(ANY);
      return outputOf(definition.getter(), new Set(ancestors).add(definition.getter));
    default:
      return undefined;
  }
}

function nullableOf(type: RecordType): RecordType {
  return type.kind === 'any' || type.kind === 'nullable' ? type : { kind: 'nullable', of: type };
}

function compositeType(
  schema: z.core.$ZodType,
  definition: Definition,
  ancestors: Ancestors,
): RecordType {
  switch (definition.type) {
    case 'object':
      return structType(definition, ancestors);
    case 'array':
      return { kind: 'array', of: elementType(outputOf(definition.element, ancestors)) };
    case 'union':
      return unionType(definition as z.core.$ZodDiscriminatedUnionDef, ancestors);
    case 'intersection':
      return intersectionType(definition, ancestors);
    case 'custom':
      return typeOfClass(schema);
    default:
      return ANY;
  }
}

function structType(definition: z.core.$ZodObjectDef, ancestors: Ancestors): RecordType {
  if (definition.catchall !== undefined && definition.catchall._zod.def.type !== 'never')
    return ANY;
  const fields = Object.entries(definition.shape).map(([name, field]): FieldType => {
    const { type, maybeUndefined } = outputOf(field, ancestors);
    return { name, type, optional: maybeUndefined };
  });
  return { kind: 'struct', fields };
}

/** Each tag of each option is a case; `any` unless all options are structs told apart by strings. */
function unionType(
  { discriminator, options }: z.core.$ZodDiscriminatedUnionDef,
  ancestors: Ancestors,
): RecordType {
  const cases: UnionCase[] = [];
  for (const option of options) {
    const found = casesOf(option, discriminator, ancestors);
    if (found === undefined) return ANY;
    cases.push(...found);
  }
  return cases.length > CASES_MAX ? ANY : { kind: 'union', discriminator, cases };
}

/** The cases of one option, itself a struct or a union by the same discriminator; undefined when it is neither. */
function casesOf(
  option: z.core.$ZodType,
  discriminator: string,
  ancestors: Ancestors,
): readonly UnionCase[] | undefined {
  const { type } = outputOf(option, ancestors);
  if (type.kind === 'union' && type.discriminator === discriminator) return type.cases;
  const tags = [...(option._zod.propValues?.[discriminator] ?? [])];
  if (type.kind !== 'struct' || tags.length === 0) return undefined;
  if (!type.fields.some(({ name, type: tag }) => name === discriminator && tag.kind === 'string')) {
    return undefined;
  }
  return tags.map((tag) => ({ tag: String(tag), type }));
}

/** Fields of both sides; one that both declare must have the same type in both. */
function intersectionType(
  { left, right }: z.core.$ZodIntersectionDef,
  ancestors: Ancestors,
): RecordType {
  const [one, other] = [left, right].map((side) => elementType(outputOf(side, ancestors)));
  if (one?.kind !== 'struct' || other?.kind !== 'struct') return ANY;
  const added: FieldType[] = [];
  for (const field of other.fields) {
    const same = one.fields.find(({ name }) => name === field.name);
    if (same === undefined) added.push(field);
    else if (JSON.stringify(same) !== JSON.stringify(field)) return ANY;
  }
  return { kind: 'struct', fields: [...one.fields, ...added] };
}

/** `z.instanceof(Uint8Array)` and `z.instanceof(Date)`, refined or described as they may be. */
function typeOfClass(schema: z.core.$ZodType): RecordType {
  for (let one: z.core.$ZodType | undefined = schema; one !== undefined; one = one._zod.parent) {
    const { Class } = one._zod.bag;
    if (Class === Uint8Array) return { kind: 'bytes' };
    if (Class === Date) return { kind: 'instant' };
  }
  return ANY;
}
