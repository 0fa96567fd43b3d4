// api/stream.ts, key-selector.ts, watermarks.ts and job.ts: what a job may write, and what it is told when it may not.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { count, sum } from '../../../runtime/api/aggregate.ts';
import { Environment } from '../../../runtime/api/environment.ts';
import { durationMs } from '../../../runtime/api/job.ts';
import { selectByFunction, selectFields } from '../../../runtime/api/key-selector.ts';
import { tumbling } from '../../../runtime/api/windows.ts';
import { boundedOutOfOrderness, monotonousTimestamps } from '../../../runtime/api/watermarks.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';

const trades = [{ shop: 'a', price: 1 }];
const from = () => new Environment().from(fromCollection(trades));
const invalid: unknown = expect.objectContaining({ code: 'JOB_INVALID' });
const mismatch: unknown = expect.objectContaining({ code: 'RECORD_MISMATCH' });

describe('keys', () => {
  it('are fields, tuples of fields, or what a function returns', () => {
    const record = { shop: 'a', price: 1, open: true };
    expect(selectFields(['shop']).keyOf(record)).toBe('a');
    expect(selectFields(['shop', 'open']).keyOf(record)).toStrictEqual(['a', true]);
    expect(selectByFunction(() => ['a', 2n]).keyOf(record)).toStrictEqual(['a', 2n]);
  });

  it.each([null, undefined, {}, [['nested']], [null], Symbol('x')])('are not %o', (value) => {
    expect(() => selectFields(['shop']).keyOf({ shop: value })).toThrow(mismatch);
    expect(() => selectByFunction(() => value as never).keyOf({})).toThrow(mismatch);
  });

  it('name at least one field', () => {
    expect(() => selectFields([])).toThrow(invalid);
  });
});

describe('windows', () => {
  it.each([
    [0, 0],
    [-1, 0],
    [1.5, 0],
    [Number.NaN, 0],
    [10, 10],
    [10, -10],
    [10, 0.5],
    [10, Number.NaN],
  ])('are not %d ms wide with offset %d', (sizeMs, offsetMs) => {
    expect(() => tumbling({ sizeMs, offsetMs })).toThrow(invalid);
  });

  it('may be moved either way', () => {
    expect(tumbling({ sizeMs: 10, offsetMs: -9 })).toStrictEqual({
      kind: 'tumbling',
      sizeMs: 10,
      offsetMs: -9,
    });
  });

  it.each(['shop', 'windowStartMs', 'windowEndMs'])('have no result column called %s', (name) => {
    const windowed = from()
      .keyBy('shop')
      .window(tumbling({ sizeMs: 10 }));
    expect(() => windowed.aggregate({ [name]: count() })).toThrow(invalid);
  });

  it('say which columns they read, unless the key is a function', () => {
    const windows = tumbling({ sizeMs: 10 });
    const columns = { turnover: sum('price'), trades: count() } as const;
    expect(from().keyBy('shop').window(windows).aggregate(columns).node.reads).toStrictEqual([
      'shop',
      'price',
    ]);
    const byFunction = from().keyBy(({ shop }) => shop);
    expect(byFunction.window(windows).aggregate(columns).node.reads).toBeUndefined();
  });
});

describe('streams', () => {
  it('keep the record type where records are passed on, and lose it where they are made', () => {
    const typed = from().typed(z.object({ shop: z.string(), price: z.number() }));
    const known = typed.node.outputTypes.get('main');
    expect(known?.kind).toBe('struct');
    const kept = typed.filter(() => true);
    expect(kept.node.outputTypes.get('main')).toStrictEqual(known);
    expect(
      kept
        .keyBy('shop')
        .reduce((left) => left)
        .node.outputTypes.get('main'),
    ).toStrictEqual(known);
    expect(kept.map(({ shop }) => shop).node.outputTypes.size).toBe(0);
    expect(kept.union(from()).filter(() => true).node.outputTypes.size).toBe(0);
  });

  it('inherit the slot sharing group of their input, and none of several', () => {
    const left = from().slotSharingGroup('x');
    const next = left.map((value) => value);
    expect(next.node.slotSharingGroup).toBe('x');
    const joined = next.union(left.filter(() => true).slotSharingGroup('y')).filter(() => true);
    expect(joined.node.slotSharingGroup).toBe('default');
  });

  it('have names for people and uids for their state', () => {
    const { node } = from().map((value) => value);
    expect([node.uid, node.hasGeneratedUid]).toStrictEqual(['map-2', true]);
    const named = from()
      .map((value) => value)
      .named('n')
      .uid('u');
    expect([named.node.name, named.node.uid, named.node.hasGeneratedUid]).toStrictEqual([
      'n',
      'u',
      false,
    ]);
    expect(() => from().uid(' ')).toThrow(invalid);
  });
});

describe('watermark strategies', () => {
  it('are told once an interval unless the job says otherwise', () => {
    expect(monotonousTimestamps().emit).toStrictEqual({ intervalMs: 200 });
    expect(boundedOutOfOrderness(1500, { emit: 'every-record' })).toMatchObject({
      label: 'bounded-out-of-orderness(1500ms)',
      emit: 'every-record',
    });
  });

  it.each([-1, Number.NaN])('have no bound of %d', (boundMs) => {
    expect(() => boundedOutOfOrderness(boundMs)).toThrow(invalid);
  });
});

describe('a duration parameter', () => {
  it('is given as text or milliseconds', () => {
    expect([
      durationMs().parse('90s'),
      durationMs().parse('0'),
      durationMs().parse(5),
    ]).toStrictEqual([90_000, 0, 5]);
    for (const wrong of ['soon', '', -1, '-5s'])
      expect(durationMs().safeParse(wrong).success).toBe(false);
  });
});
