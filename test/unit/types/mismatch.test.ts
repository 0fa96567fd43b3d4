// What a user reads when a record does not fit: the place, what belongs there, what is there.

import { describe, expect, it } from 'vitest';

import { compileCodec } from '../../../runtime/types/codec-compiler.ts';
import { findMismatch, mismatchError } from '../../../runtime/types/mismatch.ts';
import type { RecordType } from '../../../runtime/types/record-type.ts';
import { memoryOf } from './record-arbitrary.ts';

const item: RecordType = {
  kind: 'struct',
  fields: [
    { name: 'price', type: { kind: 'int53' }, optional: false },
    { name: 'unit price', type: { kind: 'nullable', of: { kind: 'float64' } }, optional: true },
  ],
};
const order: RecordType = {
  kind: 'struct',
  fields: [
    { name: 'items', type: { kind: 'array', of: item }, optional: false },
    { name: 'extra', type: { kind: 'any' }, optional: true },
  ],
};
const event: RecordType = {
  kind: 'union',
  discriminator: 'kind',
  cases: [
    { tag: 'bid', type: { kind: 'struct', fields: [] } },
    { tag: 'ask', type: { kind: 'struct', fields: [] } },
  ],
};
class Cart {
  items = 1;
}
const cyclic: { self?: unknown; bad: unknown } = { bad: Symbol('s') };
cyclic.self = cyclic;

describe('findMismatch', () => {
  it.each<[string, RecordType, unknown, string]>([
    [
      'a value deep inside',
      order,
      { items: [{ price: 1 }, { price: 'x' }] },
      'record.items[1].price should be int, but is the string "x"',
    ],
    ['a fraction', item, { price: 1.5 }, 'record.price should be int, but is the number 1.5'],
    ['a field that is missing', item, {}, 'record.price should be int, but is absent'],
    [
      'a field that is undefined',
      item,
      { price: undefined },
      'record.price should be int, but is undefined',
    ],
    ['null where it may not be', item, { price: null }, 'record.price should be int, but is null'],
    [
      'a name that is no identifier',
      item,
      { price: 1, 'unit price': '2' },
      'record["unit price"] should be number, but is the string "2"',
    ],
    [
      'no object',
      order,
      3,
      'record should be { items: { price: int, "unit price"?: number | null }[], extra?: any }, but is the number 3',
    ],
    [
      'no array',
      order,
      { items: { length: 0 } },
      'record.items should be { price: int, "unit price"?: number | null }[], but is an object with the fields length',
    ],
    [
      'an invalid Date',
      { kind: 'instant' },
      new Date(NaN),
      'record should be instant, but is an invalid Date',
    ],
    [
      'an instance',
      { kind: 'string' },
      new Cart(),
      'record should be string, but is an instance of Cart',
    ],
    [
      'an unknown tag',
      event,
      { kind: 'sell' },
      'record.kind should be "bid" | "ask", but is the string "sell"',
    ],
    [
      'no tag',
      event,
      [],
      'record should be an object whose kind is "bid" | "ask", but is an array of 0',
    ],
    [
      'a function in what is free',
      order,
      { items: [], extra: { a: [1, () => 2] } },
      'record.extra.a[1] should be data that can be copied, but is a function',
    ],
    [
      'a symbol in a map',
      { kind: 'any' },
      new Map([['k', Symbol('s')]]),
      'record.get(the string "k") should be data that can be copied, but is a symbol',
    ],
    [
      'a promise in a set',
      { kind: 'any' },
      new Set([Promise.resolve(1)]),
      'record (in the set) should be data that can be copied, but is an instance of Promise',
    ],
    [
      'a symbol in a cycle',
      { kind: 'any' },
      cyclic,
      'record.bad should be data that can be copied, but is a symbol',
    ],
  ])('finds %s', (_, type, value, message) => {
    const expected = {
      code: 'RECORD_MISMATCH',
      message: `${message}: change the declared type or the value`,
    };
    const encode = () => compileCodec(type).encode(value, memoryOf(256, false), 0, 256);
    expect(encode).toThrow(expect.objectContaining(expected));
  });

  it('finds nothing in a value that fits', () => {
    expect(
      findMismatch(order, { items: [{ price: 1, 'unit price': null }] }, 'record'),
    ).toBeUndefined();
  });

  it('shortens what it shows', () => {
    const { message } = mismatchError({ kind: 'int53' }, 'x'.repeat(1_000));
    expect(message.length).toBeLessThan(200);
  });

  it('says so when a getter changes its mind', () => {
    let reads = 0;
    const record = {
      items: [],
      get extra() {
        return reads++ === 0 ? () => 1 : 1;
      },
    };
    const encode = () => compileCodec(order).encode(record, memoryOf(256, false), 0, 256);
    expect(encode).toThrow(/changed while it was written/);
  });
});
