// Writes the source of a codec's `encode`: straight-line code for each struct, a loop for each array, a switch for each
// union. In it `v` is the value, `m` the memory, `o` the offset where it starts, `p` the one after what is written, and
// each function returns the offset after the value, NO_ROOM or CANNOT_WRITE.
//   I1. Before a byte is written, room for the rest of the struct or array is known to be there: `limit` is handed down
//       less the minimum of what follows. So NO_ROOM is returned exactly when the row ends after the limit.
//   I2. Every value is checked before it is written. Who finds one that does not fit returns CANNOT_WRITE; the path is
//       searched afterwards (`mismatch.ts`), so that checking costs no more than a comparison.

import { CANNOT_WRITE } from './any-cell.ts';
import { NO_ROOM } from './codec.ts';
import type { RecordType, StructType } from './record-type.ts';
import {
  caseIndexBytes,
  holdsUndefined,
  isFixed,
  layoutOf,
  minimumBytes,
  restBytes,
  sumOfBytes,
} from './row-layout.ts';
import type { FieldLayout, StructLayout } from './row-layout.ts';
import { fieldOf, notRecord } from './source-unit.ts';
import type { SourceUnit } from './source-unit.ts';

const PARAMETERS = 'v, m, o, limit';
const REFUSE = `return ${CANNOT_WRITE};`;
const FULL = `return ${NO_ROOM};`;
const OPEN = 'const view = m.view, bytes = m.bytes;';

/** Adds `(v, m, o, limit) -> offset` for values of the type and returns its name. */
export function defineEncoder(unit: SourceUnit, type: RecordType): string {
  switch (type.kind) {
    case 'struct':
      return defineStruct(unit, type);
    case 'array':
      return defineArray(unit, type.of);
    case 'union':
      return defineUnion(unit, type);
    default:
      return unit.define('encode', PARAMETERS, [
        OPEN,
        'let p = o;',
        writeVariable({ unit, type, value: 'v', limit: 'limit' }),
        'return p;',
      ]);
  }
}

/** A value of a variable name that goes to `p`, to end no later than `limit`. */
interface Cell {
  readonly unit: SourceUnit;
  readonly type: RecordType;
  readonly value: string;
  readonly limit: string;
}

function defineStruct(unit: SourceUnit, struct: StructType, known?: string): string {
  const layout = layoutOf(struct, known);
  const fixedEnd = layout.bitmapBytes + sumOfBytes(layout.fixed);
  return unit.define('encodeStruct', PARAMETERS, [
    `if (${notRecord('v')}) ${REFUSE}`,
    `if (o + ${minimumBytes(struct, known)} > limit) ${FULL}`,
    OPEN,
    ...writeFixedFields(unit, layout),
    `let p = o + ${fixedEnd};`,
    ...bitmapWords(layout).map((word) => `let ${word} = 0;`),
    ...layout.variable.map((field, index) =>
      writeVariableField(unit, field, less(restBytes(layout.variable.slice(index + 1)))),
    ),
    ...writeBitmap(layout),
    'return p;',
  ]);
}

function writeFixedFields(unit: SourceUnit, { bitmapBytes, fixed }: StructLayout): string[] {
  let at = bitmapBytes;
  return fixed.map(({ name, index, type }) => {
    const cell = { unit, type, value: `f${index}`, limit: 'limit' };
    const line = `const f${index} = ${fieldOf('v', name)}; ${writeFixed(cell, `o + ${at}`)}`;
    at += minimumBytes(type);
    return line;
  });
}

function writeVariableField(unit: SourceUnit, field: FieldLayout, limit: string): string {
  const value = `f${field.index}`;
  const read = `const ${value} = ${fieldOf('v', field.name)};`;
  const write = writeVariable({ unit, type: field.type, value, limit });
  const notNull =
    field.valueBit < 0 ? write : `if (${value} !== null) { ${setBit(field.valueBit)} ${write} }`;
  if (field.presentBit < 0) return `${read} ${requirePresence(field, value)} ${notNull}`;
  return `${read} if (${value} !== undefined) { ${setBit(field.presentBit)} ${notNull} }`;
}

/** Where undefined is a value, it has to be the record's own. */
function requirePresence({ type, name }: FieldLayout, value: string): string {
  if (!holdsUndefined(type)) return '';
  return `if (${value} === undefined && !Object.hasOwn(v, ${JSON.stringify(name)})) ${REFUSE}`;
}

/** The bits of a bitmap are gathered in words of 24, which stay small integers. */
const WORD_BITS = 24;

function bitmapWords({ bitmapBytes }: StructLayout): string[] {
  return Array.from({ length: Math.ceil((bitmapBytes * 8) / WORD_BITS) }, (_, word) => `b${word}`);
}

function setBit(bit: number): string {
  return `b${Math.floor(bit / WORD_BITS)} |= ${1 << (bit % WORD_BITS)};`;
}

function writeBitmap({ bitmapBytes }: StructLayout): string[] {
  return Array.from({ length: bitmapBytes }, (_, byte) => {
    const word = Math.floor((byte * 8) / WORD_BITS);
    return `bytes[o + ${byte}] = (b${word} >>> ${(byte * 8) % WORD_BITS}) & 255;`;
  });
}

/** Checks the value and writes it at the place `at`, where room is known to be. */
function writeFixed({ unit, type, value, limit }: Cell, at: string): string {
  switch (type.kind) {
    case 'float64':
      return `if (typeof ${value} !== "number") ${REFUSE} view.setFloat64(${at}, ${value}, true);`;
    case 'int53':
      return `if (!Number.isSafeInteger(${value})) ${REFUSE} view.setFloat64(${at}, ${value}, true);`;
    case 'int64':
      return (
        `if (typeof ${value} !== "bigint" || BigInt.asIntN(64, ${value}) !== ${value}) ${REFUSE} ` +
        `view.setBigInt64(${at}, ${value}, true);`
      );
    case 'boolean':
      return `if (typeof ${value} !== "boolean") ${REFUSE} bytes[${at}] = ${value} ? 1 : 0;`;
    case 'instant':
      return (
        `if (!(${value} instanceof Date)) ${REFUSE} ` +
        `{ const t = ${value}.getTime(); if (t !== t) ${REFUSE} view.setFloat64(${at}, t, true); }`
      );
    default:
      return `if (${defineEncoder(unit, type)}(${value}, m, ${at}, ${limit}) < 0) ${REFUSE}`;
  }
}

/** Checks the value, makes sure of its room, writes it at `p` and moves `p` behind it. */
function writeVariable(cell: Cell): string {
  const { unit, type, value, limit } = cell;
  if (isFixed(type)) {
    const bytes = minimumBytes(type);
    return `if (p + ${bytes} > ${limit}) ${FULL} ${writeFixed(cell, 'p')} p += ${bytes};`;
  }
  const call = (writer: string) => `p = ${writer}(m, ${value}, p, ${limit}); if (p < 0) return p;`;
  switch (type.kind) {
    case 'string':
      return `if (typeof ${value} !== "string") ${REFUSE} ${call('writeText')}`;
    case 'bytes':
      return `if (!(${value} instanceof Uint8Array)) ${REFUSE} ${call('writeBytes')}`;
    case 'any':
      return call('writeAny');
    case 'nullable':
      return (
        `if (p + 1 > ${limit}) ${FULL} ` +
        `if (${value} === null) bytes[p++] = 0; ` +
        `else { bytes[p++] = 1; ${writeVariable({ ...cell, type: type.of })} }`
      );
    default:
      return `p = ${defineEncoder(unit, type)}(${value}, m, p, ${limit}); if (p < 0) return p;`;
  }
}

function defineArray(unit: SourceUnit, of: RecordType): string {
  const minimum = minimumBytes(of);
  const cell = { unit, type: of, value: 'x' };
  const write = isFixed(of)
    ? `${writeFixed({ ...cell, limit: 'limit' }, 'p')} p += ${minimum};`
    : `const room = limit - (n - 1 - i) * ${minimum}; ${writeVariable({ ...cell, limit: 'room' })}`;
  return unit.define('encodeArray', PARAMETERS, [
    `if (!Array.isArray(v)) ${REFUSE}`,
    'const n = v.length;',
    `if (o + 4 + n * ${minimum} > limit) ${FULL}`,
    OPEN,
    'view.setUint32(o, n, true);',
    'let p = o + 4;',
    `for (let i = 0; i < n; i++) { const x = v[i]; ${write} }`,
    'return p;',
  ]);
}

function defineUnion(unit: SourceUnit, type: RecordType & { readonly kind: 'union' }): string {
  const { discriminator, cases } = type;
  const indexBytes = caseIndexBytes(cases.length);
  const writeIndex = (index: number) =>
    indexBytes === 1 ? `m.bytes[o] = ${index};` : `m.view.setUint16(o, ${index}, true);`;
  return unit.define('encodeUnion', PARAMETERS, [
    `if (${notRecord('v')}) ${REFUSE}`,
    `if (o + ${indexBytes} > limit) ${FULL}`,
    `switch (${fieldOf('v', discriminator)}) {`,
    ...cases.map(({ tag, type: struct }, index) => {
      const encode = defineStruct(unit, struct, discriminator);
      return `case ${JSON.stringify(tag)}: ${writeIndex(index)} return ${encode}(v, m, o + ${indexBytes}, limit);`;
    }),
    `default: ${REFUSE}`,
    '}',
  ]);
}

/** The limit less what must still fit before it. */
function less(bytes: number): string {
  return bytes === 0 ? 'limit' : `limit - ${bytes}`;
}
