// Writes the source of a codec's `decode`: for each struct one object literal with every field in the order of declaration,
// so that all its records share one hidden class. In it `m` is the memory, `o` the offset where the value starts, `p` the
// one after what is read; a function whose value has no fixed size leaves the offset after it in `end`.
//   I1. It reads what `encoder-source.ts` wrote, by the same layout (`row-layout.ts`); rows come from our own encoder.

import { invariant } from '../core/invariant.ts';
import type { RecordType, StructType } from './record-type.ts';
import { caseIndexBytes, isFixed, layoutOf, minimumBytes, sumOfBytes } from './row-layout.ts';
import type { FieldLayout, StructLayout } from './row-layout.ts';
import type { SourceUnit } from './source-unit.ts';
import { LONG_TEXT } from './text-cell.ts';

const PARAMETERS = 'm, o';
const OPEN = 'const view = m.view, bytes = m.bytes; let n = 0;';

/** A discriminator: a field that the row does not carry, because the case tells it. */
interface KnownField {
  readonly name: string;
  readonly value: string;
}

/** Adds `(m, o) -> value` and returns its name. */
export function defineDecoder(unit: SourceUnit, type: RecordType): string {
  switch (type.kind) {
    case 'struct':
      return defineStruct(unit, type);
    case 'array':
      return defineArray(unit, type.of);
    case 'union':
      return defineUnion(unit, type);
    default:
      return unit.define('decode', PARAMETERS, [
        OPEN,
        'let p = o, x;',
        readVariable(unit, type, 'x'),
        'end = p;',
        'return x;',
      ]);
  }
}

function defineStruct(unit: SourceUnit, struct: StructType, known?: KnownField): string {
  const layout = layoutOf(struct, known?.name);
  const fixedEnd = layout.bitmapBytes + sumOfBytes(layout.fixed);
  return unit.define('decodeStruct', PARAMETERS, [
    OPEN,
    ...readFixedFields(unit, layout),
    `let p = o + ${fixedEnd};`,
    ...layout.variable.map((field) => readVariableField(unit, field)),
    known === undefined && isFixed(struct) ? '' : 'end = p;',
    ...makeRecord(struct, layout, known),
  ]);
}

function readFixedFields(unit: SourceUnit, { bitmapBytes, fixed }: StructLayout): string[] {
  let at = bitmapBytes;
  return fixed.map(({ index, type }) => {
    const line = `const f${index} = ${readFixed(unit, type, `o + ${at}`)};`;
    at += minimumBytes(type);
    return line;
  });
}

function readVariableField(unit: SourceUnit, field: FieldLayout): string {
  const target = `f${field.index}`;
  const read = readVariable(unit, field.type, target);
  const notNull =
    field.valueBit < 0 ? read : `if (${hasBit(field.valueBit)}) { ${read} } else ${target} = null;`;
  if (field.presentBit < 0) return `let ${target}; ${notNull}`;
  return `let ${target}; if (${hasBit(field.presentBit)}) { ${notNull} }`;
}

function hasBit(bit: number): string {
  return `(bytes[o + ${bit >> 3}] & ${1 << (bit & 7)}) !== 0`;
}

/** One literal when every field is there, which is usual; otherwise field by field, for what is absent has no property. */
function makeRecord(struct: StructType, layout: StructLayout, known?: KnownField): string[] {
  const whole = `return ${literalOf(struct.fields, layout, known)};`;
  const optional = layout.declared.filter(({ presentBit }) => presentBit >= 0);
  if (optional.length === 0) return [whole];
  const firstOptional = struct.fields.findIndex((field) => field.optional);
  const tail = struct.fields.slice(firstOptional).map(({ name }) => {
    const field = layout.declared.find((one) => one.name === name);
    const value = valueOf(name, layout, known);
    const put = `putField(record, ${JSON.stringify(name)}, ${value});`;
    const set = name === '__proto__' ? put : `record[${JSON.stringify(name)}] = ${value};`;
    return field !== undefined && field.presentBit >= 0
      ? `if (${hasBit(field.presentBit)}) ${set}`
      : set;
  });
  return [
    `if (${optional.map(({ presentBit }) => hasBit(presentBit)).join(' && ')}) ${whole}`,
    `const record = ${literalOf(struct.fields.slice(0, firstOptional), layout, known)};`,
    ...tail,
    'return record;',
  ];
}

/** Brackets keep a field called `__proto__` a field. */
function literalOf(fields: StructType['fields'], layout: StructLayout, known?: KnownField): string {
  const entries = fields.map(
    ({ name }) =>
      `${name === '__proto__' ? '["__proto__"]' : JSON.stringify(name)}: ${valueOf(name, layout, known)}`,
  );
  return `{ ${entries.join(', ')} }`;
}

function valueOf(name: string, layout: StructLayout, known?: KnownField): string {
  if (name === known?.name) return JSON.stringify(known.value);
  const field = layout.declared.find((one) => one.name === name);
  invariant(field !== undefined, 'every field but the discriminator is laid out');
  return `f${field.index}`;
}

/** The expression that reads a value of fixed size at the place `at`. */
function readFixed(unit: SourceUnit, type: RecordType, at: string): string {
  switch (type.kind) {
    case 'float64':
    case 'int53':
      return `view.getFloat64(${at}, true)`;
    case 'int64':
      return `view.getBigInt64(${at}, true)`;
    case 'boolean':
      return `bytes[${at}] !== 0`;
    case 'instant':
      return `new Date(view.getFloat64(${at}, true))`;
    default:
      return `${defineDecoder(unit, type)}(m, ${at})`;
  }
}

/** Reads the value at `p` into `target` and moves `p` behind it. */
function readVariable(unit: SourceUnit, type: RecordType, target: string): string {
  if (isFixed(type)) {
    return `${target} = ${readFixed(unit, type, 'p')}; p += ${minimumBytes(type)};`;
  }
  switch (type.kind) {
    case 'string':
      return (
        `n = bytes[p]; ` +
        `if (n < ${LONG_TEXT}) { ${target} = texts.read(m, p + 1, n); p += n + 1; } ` +
        `else { ${target} = readLongText(m, p); p = endOfLongText(m, p); }`
      );
    case 'bytes':
      return `${target} = readBytes(m, p); p = endOfBytes(m, p);`;
    case 'any':
      return `${target} = readAny(m, p, texts); p = endOfAny(m, p);`;
    case 'nullable':
      return `if (bytes[p++] === 0) ${target} = null; else { ${readVariable(unit, type.of, target)} }`;
    default:
      return `${target} = ${defineDecoder(unit, type)}(m, p); p = end;`;
  }
}

function defineArray(unit: SourceUnit, of: RecordType): string {
  return unit.define('decodeArray', PARAMETERS, [
    OPEN,
    'const length = view.getUint32(o, true), values = [];',
    'let p = o + 4;',
    `for (let i = 0; i < length; i++) { let x; ${readVariable(unit, of, 'x')} values.push(x); }`,
    'end = p;',
    'return values;',
  ]);
}

function defineUnion(unit: SourceUnit, type: RecordType & { readonly kind: 'union' }): string {
  const { discriminator, cases } = type;
  const indexBytes = caseIndexBytes(cases.length);
  return unit.define('decodeUnion', PARAMETERS, [
    `switch (${indexBytes === 1 ? 'm.bytes[o]' : 'm.view.getUint16(o, true)'}) {`,
    ...cases.map(({ tag, type: struct }, index) => {
      const decode = defineStruct(unit, struct, { name: discriminator, value: tag });
      return `case ${index}: return ${decode}(m, o + ${indexBytes});`;
    }),
    '}',
  ]);
}
