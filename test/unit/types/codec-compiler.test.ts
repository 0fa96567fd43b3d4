// The contract of a row codec (codec.ts), as properties over arbitrary types and values, and case by case where a reader
// should see the bytes or the error. Run this way, and no other, is all generated code: types/encoder-source.ts,
// types/decoder-source.ts, types/acceptor-source.ts and the names they read by (types/source-unit.ts).

import { deepStrictEqual } from 'node:assert/strict';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileCodec } from '../../../runtime/types/codec-compiler.ts';
import { NO_ROOM } from '../../../runtime/types/codec.ts';
import { findMismatch } from '../../../runtime/types/mismatch.ts';
import type { RecordType } from '../../../runtime/types/record-type.ts';
import { minimumBytes } from '../../../runtime/types/row-layout.ts';
import {
  FILLER,
  flatTypes,
  memoryOf,
  PROPERTY,
  recordTypes,
  typedValues,
  valuesOf,
} from './record-arbitrary.ts';

const ROOM = 16_384;
const offsets = fc.integer({ min: 0, max: 9 });

function roundTrip(type: RecordType, value: unknown): unknown {
  const codec = compileCodec(type);
  const memory = memoryOf(ROOM, true);
  expect(codec.encode(value, memory, 3, ROOM)).toBeGreaterThanOrEqual(3);
  return codec.decode(memory, 3);
}

describe('encode and decode', () => {
  it.each(['shared', 'unshared'])(
    'give back every value of every type in %s memory (I1)',
    (kind) => {
      const memory = memoryOf(ROOM, kind === 'shared');
      fc.assert(
        fc.property(typedValues(), offsets, ([type, value], offset) => {
          const codec = compileCodec(type);
          const end = codec.encode(value, memory, offset, ROOM);
          expect(end).toBeGreaterThanOrEqual(offset + minimumBytes(type));
          deepStrictEqual(codec.decode(memory, offset), value);
        }),
        PROPERTY,
      );
    },
  );

  it('need exactly the bytes they use, and write none after the limit', () => {
    const memory = memoryOf(ROOM, true);
    fc.assert(
      fc.property(
        typedValues(fc.oneof(flatTypes, recordTypes)),
        offsets,
        ([type, value], offset) => {
          const codec = compileCodec(type);
          const end = codec.encode(value, memory, offset, ROOM);
          const step = Math.max(1, Math.floor((end - offset) / 40));
          for (let limit = end - 1; limit >= offset; limit -= step) {
            memory.bytes.fill(FILLER, limit, end + 64);
            expect(codec.encode(value, memory, offset, limit)).toBe(NO_ROOM);
            expect(memory.bytes.subarray(limit, end + 64).every((byte) => byte === FILLER)).toBe(
              true,
            );
          }
          memory.bytes.fill(FILLER, offset, end + 64);
          expect(codec.encode(value, memory, offset, end)).toBe(end);
          expect(memory.bytes.subarray(end, end + 64).every((byte) => byte === FILLER)).toBe(true);
          deepStrictEqual(codec.decode(memory, offset), value);
        },
      ),
      { ...PROPERTY, numRuns: 100 },
    );
  });

  it('write the same bytes for the same value, wherever it lies', () => {
    const type: RecordType = {
      kind: 'struct',
      fields: [
        { name: 'note', type: { kind: 'string' }, optional: true },
        { name: 'delay', type: { kind: 'int53' }, optional: false },
        { name: 'at', type: { kind: 'nullable', of: { kind: 'instant' } }, optional: false },
      ],
    };
    const memory = memoryOf(64, false);
    const end = compileCodec(type).encode({ at: null, delay: 2, note: 'ok' }, memory, 5, 64);
    expect(memory.bytes.subarray(5, end).toString('hex')).toBe(
      '01' + '0000000000000040' + '026f6b',
    );
  });

  it('make records of one shape, fields in the order of declaration', () => {
    const type: RecordType = {
      kind: 'struct',
      fields: [
        { name: 'tags', type: { kind: 'array', of: { kind: 'string' } }, optional: true },
        { name: 'delay', type: { kind: 'float64' }, optional: false },
        { name: 'origin', type: { kind: 'string' }, optional: true },
        { name: 'at', type: { kind: 'instant' }, optional: false },
      ],
    };
    const whole = roundTrip(type, { at: new Date(5), origin: 'ATL', delay: 1, tags: [] });
    expect(Object.keys(whole as object)).toEqual(['tags', 'delay', 'origin', 'at']);
    const partial = roundTrip(type, { at: new Date(5), origin: undefined, delay: 1 });
    expect(Object.keys(partial as object)).toEqual(['delay', 'at']);
  });

  it('keep more optional and nullable fields apart than one word has bits', () => {
    const fields = Array.from({ length: 60 }, (_, index) => ({
      name: `f${index}`,
      type: { kind: 'nullable', of: { kind: 'int53' } } as const,
      optional: true,
    }));
    const type: RecordType = { kind: 'struct', fields };
    for (let phase = 0; phase < 3; phase++) {
      const entries = fields.flatMap(({ name }, index) =>
        (index + phase) % 3 === 0
          ? []
          : [[name, (index + phase) % 3 === 1 ? null : index] as const],
      );
      const record = Object.fromEntries(entries);
      deepStrictEqual(roundTrip(type, record), record);
    }
  });

  it('tell more union cases apart than a byte does', () => {
    const cases = Array.from({ length: 300 }, (_, index) => ({
      tag: `t${index}`,
      type: {
        kind: 'struct',
        fields: [{ name: 'k', type: { kind: 'string' }, optional: false }],
      } as const,
    }));
    const type: RecordType = { kind: 'union', discriminator: 'k', cases };
    for (const tag of ['t0', 't255', 't256', 't299']) {
      expect(roundTrip(type, { k: tag })).toStrictEqual({ k: tag });
    }
  });

  it('decode what owns its memory', () => {
    const codec = compileCodec({ kind: 'array', of: { kind: 'bytes' } });
    const memory = memoryOf(64, true);
    codec.encode([new Uint8Array([1, 2])], memory, 0, 64);
    const decoded = codec.decode(memory, 0) as Uint8Array[];
    memory.bytes.fill(0);
    expect(decoded).toStrictEqual([new Uint8Array([1, 2])]);
    expect(decoded[0]!.buffer.byteLength).toBe(2);
  });

  it('run no code that a field name contains', () => {
    const name = '"]; throw new Error("injected"); //\u2028`${1}';
    const type: RecordType = {
      kind: 'struct',
      fields: [{ name, type: { kind: 'int53' }, optional: true }],
    };
    expect(roundTrip(type, { [name]: 1 })).toStrictEqual({ [name]: 1 });
    expect(roundTrip(type, {})).toStrictEqual({});
  });
});

describe('accepts', () => {
  it('takes every value of the type, and none with one field more', () => {
    fc.assert(
      fc.property(typedValues(), ([type, value]) => {
        const codec = compileCodec(type);
        expect(codec.accepts(value)).toBe(true);
        if (type.kind !== 'struct') return;
        expect(codec.accepts({ ...(value as object), another: undefined })).toBe(false);
      }),
      PROPERTY,
    );
  });

  it('takes only what encode takes and decode gives back', () => {
    const pairs = fc
      .tuple(recordTypes, recordTypes)
      .chain(([type, other]) => fc.tuple(fc.constant(type), valuesOf(other)));
    const memory = memoryOf(ROOM, false);
    let taken = 0;
    fc.assert(
      fc.property(pairs, ([type, value]) => {
        const codec = compileCodec(type);
        const isRefused = findMismatch(type, value, 'record') !== undefined;
        const encode = () => codec.encode(value, memory, 0, ROOM);
        if (isRefused) expect(encode).toThrow(expect.objectContaining({ code: 'RECORD_MISMATCH' }));
        else expect(encode()).toBeGreaterThanOrEqual(0);
        if (!codec.accepts(value)) return;
        taken++;
        expect(isRefused).toBe(false);
        deepStrictEqual(codec.decode(memory, 0), value);
      }),
      { ...PROPERTY, numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(50);
  });

  class Flight {
    delay = 1;
  }
  const delays: RecordType = {
    kind: 'struct',
    fields: [{ name: 'delay', type: { kind: 'float64' }, optional: false }],
  };
  const noFields: RecordType = { kind: 'struct', fields: [] };
  const strings: RecordType = { kind: 'array', of: { kind: 'string' } };
  it.each<[string, RecordType, unknown, boolean]>([
    [
      'an object without a prototype',
      delays,
      Object.assign(Object.create(null), { delay: 1 }),
      true,
    ],
    ['a class instance', delays, new Flight(), false],
    ['an array for a struct', noFields, [], false],
    ['a Map for a struct', noFields, new Map(), false],
    ['an array', strings, ['a'], true],
    ['a match of a regular expression', strings, /a/.exec('a'), false],
    ['an array with a hole', { kind: 'array', of: { kind: 'any' } }, [1, , 2], false], // prettier-ignore
    ['a Uint8Array', { kind: 'bytes' }, new Uint8Array(1), true],
    ['a Buffer, which would lose its methods', { kind: 'bytes' }, Buffer.alloc(1), false],
    ['a Date', { kind: 'instant' }, new Date(0), true],
    ['an invalid Date', { kind: 'instant' }, new Date(NaN), false],
    ['a bigint of 65 bits', { kind: 'int64' }, 2n ** 63n, false],
    ['an unsafe integer', { kind: 'int53' }, 2 ** 53, false],
    ['a fraction for an integer', { kind: 'int53' }, 0.5, false],
    ['a function for any', { kind: 'any' }, () => 1, false],
    ['a symbol in a value for any', { kind: 'any' }, [Symbol('s')], false],
    ['an inherited method for a field', structOf('constructor', { kind: 'any' }), {}, false],
    ['no field for any', structOf('a', { kind: 'any' }), {}, false],
    [
      'no field for any or null',
      structOf('a', { kind: 'nullable', of: { kind: 'any' } }),
      {},
      false,
    ],
    ['undefined for any', structOf('a', { kind: 'any' }), { a: undefined }, true],
  ])('%s', (_, type, value, expected) => {
    expect(compileCodec(type).accepts(value)).toBe(expected);
  });

  function structOf(name: string, type: RecordType): RecordType {
    return { kind: 'struct', fields: [{ name, type, optional: false }] };
  }
});

describe('compileCodec', () => {
  it('compiles equal types once', () => {
    const type = (): RecordType => ({ kind: 'array', of: { kind: 'int53' } });
    expect(compileCodec(type())).toBe(compileCodec(type()));
  });

  it('keeps a bounded number of codecs', () => {
    const first = compileCodec({ kind: 'string' });
    for (let index = 0; index < 512; index++) {
      const name = `f${index}`;
      compileCodec({
        kind: 'struct',
        fields: [{ name, type: { kind: 'int53' }, optional: false }],
      });
    }
    expect(compileCodec({ kind: 'string' })).not.toBe(first);
  });
});
