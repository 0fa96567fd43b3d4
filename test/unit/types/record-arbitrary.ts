// Arbitrary record types and arbitrary values of them, for the properties of codecs. Field names include those that every
// object inherits, because generated code meets them sooner or later.

import fc from 'fast-check';

import type { RowMemory } from '../../../runtime/types/codec.ts';
import type { FieldType, RecordType, StructType } from '../../../runtime/types/record-type.ts';

/** Same cases at each run, few enough for every commit. */
export const PROPERTY = { seed: 20_260_101, numRuns: 150 } as const;

const SCALARS = [
  'float64',
  'int53',
  'int64',
  'string',
  'boolean',
  'instant',
  'bytes',
  'any',
] as const;
const NAMES = [
  'a',
  'b',
  'delay',
  'origin',
  '7',
  'é',
  'with "quotes"\n',
  '',
  '__proto__',
  'constructor',
  'toString',
];
const TAGS = ['bid', 'person', 'auction "x"', '', '__proto__'];
const DISCRIMINATORS = ['kind', 'a', '__proto__', 'constructor'];

const scalarType = fc.constantFrom(...SCALARS).map((kind): RecordType => ({ kind }));

function structType(of: fc.Arbitrary<RecordType>): fc.Arbitrary<StructType> {
  const field = fc.record({ name: fc.constantFrom(...NAMES), type: of, optional: fc.boolean() });
  return fc
    .uniqueArray(field, { selector: ({ name }) => name, maxLength: 7 })
    .map((fields) => ({ kind: 'struct', fields }));
}

function unionType(of: fc.Arbitrary<RecordType>): fc.Arbitrary<RecordType> {
  const one = fc.record({ tag: fc.constantFrom(...TAGS), type: structType(of) });
  return fc
    .record({
      discriminator: fc.constantFrom(...DISCRIMINATORS),
      cases: fc.uniqueArray(one, { selector: ({ tag }) => tag, minLength: 1, maxLength: 3 }),
    })
    .map(({ discriminator, cases }) => ({
      kind: 'union',
      discriminator,
      cases: cases.map(({ tag, type }) => ({ tag, type: withTag(type, discriminator) })),
    }));
}

function withTag({ fields }: StructType, discriminator: string): StructType {
  const tag: FieldType = { name: discriminator, type: { kind: 'string' }, optional: false };
  const others = fields.filter(({ name }) => name !== discriminator);
  return { kind: 'struct', fields: [...others.slice(0, 1), tag, ...others.slice(1)] };
}

/** Types nested up to three deep. */
export const recordTypes: fc.Arbitrary<RecordType> = fc.letrec<{ type: RecordType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    scalarType,
    structType(tie('type')),
    tie('type').map((of): RecordType => ({ kind: 'nullable', of })),
    tie('type').map((of): RecordType => ({ kind: 'array', of })),
    unionType(tie('type')),
  ),
})).type;

/** Structs of scalars only, some optional or nullable: what most records are. */
export const flatTypes: fc.Arbitrary<StructType> = structType(
  fc.oneof(
    scalarType,
    scalarType.map((of): RecordType => ({ kind: 'nullable', of })),
  ),
);

/** Empty, short, around the lengths where the cell changes its form, and every kind of character. */
const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', 'é', '\ud83d', '\ude00', '\u0000', '漢'), maxLength: 12 }),
  fc.constantFrom(16, 17, 32, 33, 85, 247, 248, 300).map((length) => 'x'.repeat(length)),
  fc.constantFrom(32, 33, 246, 247, 248).map((length) => `${'x'.repeat(length)}é`),
);

/** What V8 can clone. */
export const cloneables: fc.Arbitrary<unknown> = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  maxDepth: 2,
});

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const safeIntegers = fc.oneof(fc.maxSafeInteger(), fc.constant(-0), fc.integer());

/** Values of a type, without fields it does not name. */
export function valuesOf(type: RecordType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'float64':
      return fc.double();
    case 'int53':
      return safeIntegers;
    case 'int64':
      return int64;
    case 'string':
      return texts;
    case 'boolean':
      return fc.boolean();
    case 'instant':
      return fc.date({ noInvalidDate: true });
    case 'bytes':
      return fc.uint8Array({ maxLength: 20 });
    case 'nullable':
      return fc.option(valuesOf(type.of));
    case 'array':
      return fc.array(valuesOf(type.of), { maxLength: 4 });
    case 'struct':
      return recordsOf(type);
    case 'union':
      return fc.oneof(
        ...type.cases.map(({ tag, type: struct }) =>
          recordsOf(struct, new Map([[type.discriminator, tag]])),
        ),
      );
    case 'any':
      return cloneables;
  }
}

function recordsOf(
  { fields }: StructType,
  known: ReadonlyMap<string, string> = new Map(),
): fc.Arbitrary<unknown> {
  const entries = fields.map(({ name, type, optional }): fc.Arbitrary<[string, unknown][]> => {
    const tag = known.get(name);
    const entry = (tag === undefined ? valuesOf(type) : fc.constant(tag)).map(
      (value): [string, unknown][] => (optional && value === undefined ? [] : [[name, value]]),
    );
    return optional ? fc.oneof(entry, fc.constant<[string, unknown][]>([])) : entry;
  });
  return fc.tuple(...entries).map((present) => Object.fromEntries(present.flat()));
}

/** A type with a value of it. */
export function typedValues(types = recordTypes): fc.Arbitrary<[RecordType, unknown]> {
  return types.chain((type) => fc.tuple(fc.constant(type), valuesOf(type)));
}

/** Memory in which every byte is `FILLER`. */
export function memoryOf(byteLength: number, isShared: boolean): RowMemory {
  const buffer = isShared ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);
  return { bytes: Buffer.from(buffer).fill(FILLER), view: new DataView(buffer) };
}

/** No row writes it by chance often enough to hide a stray write. */
export const FILLER = 0xa5;
