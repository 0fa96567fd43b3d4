// Where the parts of a value lie in its row. A struct is: a bitmap, one bit for each thing a field may be (present, not
// null); the fields that always take the same number of bytes; the others, each after the one before. Values of the
// generated encoder and decoder both come from here.
//   I1. A value's row takes `minimumBytes` at least, and exactly that when `isFixed`.

import type { FieldType, RecordType, StructType } from './record-type.ts';

/** One field of a struct with the bits it owns; -1 when it has none. */
export interface FieldLayout {
  readonly name: string;
  /** Its place in the declaration. */
  readonly index: number;
  /** What is written when it is neither absent nor null. */
  readonly type: RecordType;
  readonly presentBit: number;
  readonly valueBit: number;
}

/** The parts of a struct's row, in the order of its bytes. */
export interface StructLayout {
  readonly bitmapBytes: number;
  readonly fixed: readonly FieldLayout[];
  readonly variable: readonly FieldLayout[];
  /** All of them, in the order of declaration. */
  readonly declared: readonly FieldLayout[];
}

/** Lays out a struct's fields; `known` names a field that the row need not carry (a union's discriminator). */
export function layoutOf(struct: StructType, known?: string): StructLayout {
  let bitCount = 0;
  const lay = ({ name, type, optional }: FieldType, index: number): FieldLayout => {
    const presentBit = optional ? bitCount++ : -1;
    const valueBit = type.kind === 'nullable' ? bitCount++ : -1;
    return { name, index, type: type.kind === 'nullable' ? type.of : type, presentBit, valueBit };
  };
  const declared = struct.fields.filter(({ name }) => name !== known).map(lay);
  const fixed = declared.filter((field) => !canBeMissing(field) && isFixed(field.type));
  const variable = declared.filter((field) => !fixed.includes(field));
  return { bitmapBytes: Math.ceil(bitCount / 8), fixed, variable, declared };
}

/** True when the bitmap may say that there is nothing to read. */
function canBeMissing({ presentBit, valueBit }: FieldLayout): boolean {
  return presentBit >= 0 || valueBit >= 0;
}

/** True when undefined is a value of the type, so that only the record itself tells whether the field is there. */
export function holdsUndefined(type: RecordType): boolean {
  return type.kind === 'any' || (type.kind === 'nullable' && holdsUndefined(type.of));
}

/** True when every value of the type takes `minimumBytes`. */
export function isFixed(type: RecordType): boolean {
  switch (type.kind) {
    case 'float64':
    case 'int53':
    case 'int64':
    case 'instant':
    case 'boolean':
      return true;
    case 'struct':
      return type.fields.every(
        ({ type: field, optional }) => !optional && field.kind !== 'nullable' && isFixed(field),
      );
    default:
      return false;
  }
}

/** The fewest bytes that a value of the type takes. */
export function minimumBytes(type: RecordType, known?: string): number {
  switch (type.kind) {
    case 'boolean':
    case 'string':
    case 'nullable':
    case 'any':
      return 1;
    case 'bytes':
    case 'array':
      return 4;
    case 'struct':
      return minimumStructBytes(layoutOf(type, known));
    case 'union': {
      const cases = type.cases.map((one) => minimumBytes(one.type, type.discriminator));
      return caseIndexBytes(cases.length) + (cases.length === 0 ? 0 : Math.min(...cases));
    }
    default:
      return 8;
  }
}

function minimumStructBytes({ bitmapBytes, fixed, variable }: StructLayout): number {
  return bitmapBytes + sumOfBytes(fixed) + restBytes(variable);
}

/** The bytes of fields that are always there. */
export function sumOfBytes(fields: readonly FieldLayout[]): number {
  return fields.reduce((sum, { type }) => sum + minimumBytes(type), 0);
}

/** The fewest bytes of fields that may be missing. */
export function restBytes(fields: readonly FieldLayout[]): number {
  return sumOfBytes(fields.filter((field) => !canBeMissing(field)));
}

/** One byte tells up to 256 cases of a union apart. */
export function caseIndexBytes(caseCount: number): 1 | 2 {
  return caseCount <= 256 ? 1 : 2;
}
