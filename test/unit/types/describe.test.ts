// The line that people read for a type.

import { describe, expect, it } from 'vitest';

import { describeType } from '../../../runtime/types/describe.ts';
import type { FieldType, RecordType } from '../../../runtime/types/record-type.ts';

const text: RecordType = { kind: 'string' };
const field = (name: string, type: RecordType, optional = false): FieldType => ({
  name,
  type,
  optional,
});

describe('describeType', () => {
  it.each<[string, RecordType]>([
    ['number', { kind: 'float64' }],
    ['int', { kind: 'int53' }],
    ['bigint', { kind: 'int64' }],
    ['bytes', { kind: 'bytes' }],
    ['any (self-describing)', { kind: 'any' }],
    ['any[]', { kind: 'array', of: { kind: 'any' } }],
    ['(string | null)[]', { kind: 'array', of: { kind: 'nullable', of: text } }],
    ['string[] | null', { kind: 'nullable', of: { kind: 'array', of: text } }],
    ['{}', { kind: 'struct', fields: [] }],
    [
      '{ origin: string, delay: int, tags?: string[], at: instant, "unit price": any }',
      {
        kind: 'struct',
        fields: [
          field('origin', text),
          field('delay', { kind: 'int53' }),
          field('tags', { kind: 'array', of: text }, true),
          field('at', { kind: 'instant' }),
          field('unit price', { kind: 'any' }),
        ],
      },
    ],
    [
      '({ kind: "bid", price: int } | { kind: "end" })[]',
      {
        kind: 'array',
        of: {
          kind: 'union',
          discriminator: 'kind',
          cases: [
            {
              tag: 'bid',
              type: {
                kind: 'struct',
                fields: [field('price', { kind: 'int53' }), field('kind', text)],
              },
            },
            { tag: 'end', type: { kind: 'struct', fields: [field('kind', text)] } },
          ],
        },
      },
    ],
  ])('%s', (expected, type) => {
    expect(describeType(type)).toBe(expected);
  });
});
