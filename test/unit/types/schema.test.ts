// Each kind of zod schema and the record type of its output; then that what a schema lets through fits its codec.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { compileCodec } from '../../../runtime/types/codec-compiler.ts';
import { describeType } from '../../../runtime/types/describe.ts';
import { bytes, recordTypeOf } from '../../../runtime/types/schema.ts';
import { memoryOf } from './record-arbitrary.ts';

const Comment: z.ZodType = z.object({
  text: z.string(),
  get replies() {
    return z.array(Comment);
  },
});
const Lazy: z.ZodType = z.lazy(() => z.object({ next: Lazy.optional() }));
const endless = (): z.ZodType => z.object({ next: z.lazy(() => endless()) });
const ANY = 'any (self-describing)';

describe('recordTypeOf', () => {
  it.each<[string, z.ZodType]>([
    ['number', z.number()],
    ['number', z.float32()],
    ['number', z.nan()],
    ['number', z.coerce.number().min(3)],
    ['int', z.int()],
    ['int', z.number().int().positive()],
    ['int', z.int32()],
    ['int', z.uint32()],
    ['bigint', z.bigint()],
    ['bigint', z.int64()],
    [ANY, z.uint64()],
    ['string', z.string().min(1).trim()],
    ['string', z.email()],
    ['string', z.iso.datetime()],
    ['string', z.uuid().brand('id')],
    ['string', z.templateLiteral(['a-', z.number()])],
    ['string', z.enum(['bid', 'ask'])],
    ['int', z.enum({ Low: 1, High: 2, 1: 'Low', 2: 'High' })],
    [ANY, z.enum({ Low: 1, High: 'high' })],
    ['string', z.literal(['a', 'b'])],
    ['int', z.literal(3)],
    ['number', z.literal([3, 0.5])],
    ['boolean', z.literal(true)],
    ['string | null', z.literal(['a', null])],
    [ANY, z.literal(['a', 1])],
    ['boolean', z.boolean()],
    ['boolean', z.stringbool()],
    ['boolean', z.success(z.string())],
    ['instant', z.date()],
    ['instant', z.coerce.date()],
    ['instant', z.instanceof(Date)],
    ['bytes', z.instanceof(Uint8Array)],
    ['bytes', bytes().refine((value) => value.length > 0).describe('body')], // prettier-ignore
    [ANY, z.instanceof(Buffer)],
    [ANY, z.file()],
    [ANY, z.custom<string>()],
    ['string | null', z.string().nullable()],
    ['string | null', z.string().nullable().nullable()],
    [ANY, z.any().nullable()],
    [ANY, z.null()],
    [ANY, z.string().optional()],
    ['string', z.string().default('x')],
    ['string', z.string().optional().default('x')],
    ['string', z.string().prefault('x')],
    ['string', z.string().catch('x')],
    ['string', z.string().readonly()],
    ['string', z.string().optional().nonoptional()],
    ['number', z.string().pipe(z.coerce.number())],
    [ANY, z.string().transform((text) => text.length)],
    ['int', z.string().transform(Number).pipe(z.int())],
    ['int', z.preprocess(Number, z.int())],
    [
      'instant',
      z.codec(z.string(), z.date(), { decode: (text) => new Date(text), encode: String }),
    ],
    ['int[]', z.array(z.int())],
    ['any[]', z.array(z.int().optional())],
    [ANY, z.record(z.string(), z.int())],
    [ANY, z.map(z.string(), z.int())],
    [ANY, z.set(z.int())],
    [ANY, z.tuple([z.int(), z.string()])],
    [ANY, z.unknown()],
    [ANY, z.json()],
    [ANY, z.promise(z.string())],
    ['string', z.union([z.literal('a'), z.enum(['b', 'c'])])],
    ['number', z.union([z.int(), z.number()])],
    ['string | null', z.union([z.string(), z.null()])],
    ['string | null', z.union([z.string().nullable(), z.literal('x')])],
    [ANY, z.union([z.string(), z.number()])],
    ['{ a: int }', z.strictObject({ a: z.int() })],
    [ANY, z.looseObject({ a: z.int() })],
    [ANY, z.object({ a: z.int() }).catchall(z.string())],
    [
      '{ a: int, b: string }',
      z.intersection(z.object({ a: z.int() }), z.object({ b: z.string() })),
    ],
    [ANY, z.intersection(z.object({ a: z.int() }), z.object({ a: z.string() }))],
    ['{ a?: int, b?: int | null, c?: string, d: any, e?: any, f: int }', z.object({
      a: z.int().optional(),
      b: z.int().nullish(),
      c: z.union([z.string(), z.undefined()]),
      d: z.unknown(),
      e: z.undefined(),
      f: z.int().optional().default(1),
    })], // prettier-ignore
    ['{ text: string, replies: any[] }', Comment],
    ['{ next?: any }', Lazy],
    [
      '{ kind: "bid", price: int } | { kind: "ask" } | { kind: "quote" }',
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('bid'), price: z.int() }),
        z.object({ kind: z.enum(['ask', 'quote']) }),
      ]),
    ],
    [
      '{ k: "a" } | { k: "b" } | { k: "c" }',
      z.discriminatedUnion('k', [
        z.object({ k: z.literal('a') }),
        z.discriminatedUnion('k', [
          z.object({ k: z.literal('b') }),
          z.object({ k: z.literal('c') }),
        ]),
      ]),
    ],
    [
      ANY,
      z.discriminatedUnion('k', [z.object({ k: z.literal(1) }), z.object({ k: z.literal(2) })]),
    ],
    [
      ANY,
      z.discriminatedUnion('k', [
        z.looseObject({ k: z.literal('a') }),
        z.object({ k: z.literal('b') }),
      ]),
    ],
  ])('%s', (expected, schema) => {
    expect(describeType(recordTypeOf(schema))).toBe(expected);
  });

  it('ends at a schema that never does', () => {
    expect(describeType(recordTypeOf(endless())).length).toBeLessThan(400);
  });

  it('describes what the schema lets through', () => {
    const schema = z.object({
      id: z.int(),
      at: z.coerce.date(),
      body: bytes(),
      event: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('bid'), price: z.coerce.bigint() }),
        z.object({ kind: z.literal('end') }),
      ]),
      tags: z.array(z.string()).default([]),
      comment: Comment.optional(),
      note: z.string().nullable(),
    });
    const record = schema.parse({
      id: 7,
      at: '2001-02-03',
      body: new Uint8Array([1]),
      event: { kind: 'bid', price: '12', dropped: true },
      comment: { text: 'x', replies: [{ text: 'y', replies: [] }] },
      note: null,
    });
    const codec = compileCodec(recordTypeOf(schema));
    const memory = memoryOf(1_024, true);
    expect(codec.accepts(record)).toBe(true);
    codec.encode(record, memory, 0, 1_024);
    expect(codec.decode(memory, 0)).toStrictEqual(record);
  });
});
