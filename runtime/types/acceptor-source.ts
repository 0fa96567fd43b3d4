// Writes the source of a codec's `accepts`: whether `encode` would take a value and `decode` give it back whole. It is
// stricter than `encode`, which reads the fields it knows of any object: here a field the type does not name, a class
// instance and a subclass are turned down, because the row would lose what they are. What belongs to `any` is turned down
// only when it cannot be written at all.

import type { RecordType, StructType } from './record-type.ts';
import { holdsUndefined } from './row-layout.ts';
import { fieldOf, notRecord } from './source-unit.ts';
import type { SourceUnit } from './source-unit.ts';

/** Adds `(v) -> boolean` and returns its name. */
export function defineAcceptor(unit: SourceUnit, type: RecordType): string {
  switch (type.kind) {
    case 'struct':
      return defineStruct(unit, type);
    case 'array':
      return defineArray(unit, type.of);
    case 'union':
      return defineUnion(unit, type);
    default:
      return unit.define('accepts', 'v', [`return ${accepts(unit, type, 'v')};`]);
  }
}

/** The expression that is true when the type accepts the value. */
function accepts(unit: SourceUnit, type: RecordType, value: string): string {
  switch (type.kind) {
    case 'float64':
      return `typeof ${value} === "number"`;
    case 'int53':
      return `Number.isSafeInteger(${value})`;
    case 'int64':
      return `(typeof ${value} === "bigint" && BigInt.asIntN(64, ${value}) === ${value})`;
    case 'string':
      return `typeof ${value} === "string"`;
    case 'boolean':
      return `typeof ${value} === "boolean"`;
    case 'instant':
      return `isPlainInstant(${value})`;
    case 'bytes':
      return `isPlainBytes(${value})`;
    case 'any':
      return `canWriteAny(${value})`;
    case 'nullable':
      return `(${value} === null || ${accepts(unit, type.of, value)})`;
    default:
      return `${defineAcceptor(unit, type)}(${value})`;
  }
}

function defineStruct(unit: SourceUnit, struct: StructType): string {
  const names = struct.fields.map(({ name }) => `case ${JSON.stringify(name)}:`);
  const noOther = `switch (key) { ${names.join(' ')} break; default: return false; }`;
  return unit.define('acceptsStruct', 'v', [
    `if (${notRecord('v')}) return false;`,
    'const prototype = Object.getPrototypeOf(v);',
    'if (prototype !== Object.prototype && prototype !== null) return false;',
    ...struct.fields.map(({ name, type, optional }, index) => {
      const value = `f${index}`;
      const fits = accepts(unit, type, value);
      const own = `Object.hasOwn(v, ${JSON.stringify(name)})`;
      const present = holdsUndefined(type) ? `(${value} !== undefined || ${own}) && ${fits}` : fits;
      const accepted = optional ? `${value} === undefined || ${fits}` : present;
      return `const ${value} = ${fieldOf('v', name)}; if (!(${accepted})) return false;`;
    }),
    `for (const key in v) ${names.length === 0 ? 'return false;' : noOther}`,
    'return true;',
  ]);
}

/** An array with fields of its own (a match of a regular expression) or with holes would lose them. */
function defineArray(unit: SourceUnit, of: RecordType): string {
  return unit.define('acceptsArray', 'v', [
    'if (!Array.isArray(v) || Object.getPrototypeOf(v) !== Array.prototype) return false;',
    `for (let i = 0; i < v.length; i++) { const x = v[i]; if (!(${accepts(unit, of, 'x')})) return false; }`,
    'return Object.keys(v).length === v.length;',
  ]);
}

function defineUnion(
  unit: SourceUnit,
  { discriminator, cases }: RecordType & { readonly kind: 'union' },
): string {
  return unit.define('acceptsUnion', 'v', [
    `if (${notRecord('v')}) return false;`,
    `switch (${fieldOf('v', discriminator)}) {`,
    ...cases.map(
      ({ tag, type }) => `case ${JSON.stringify(tag)}: return ${defineStruct(unit, type)}(v);`,
    ),
    'default: return false;',
    '}',
  ]);
}

/** True for a Date that a row gives back as it is. */
export function isPlainInstant(value: unknown): boolean {
  return (
    value instanceof Date &&
    Object.getPrototypeOf(value) === Date.prototype &&
    !Number.isNaN(value.getTime())
  );
}
