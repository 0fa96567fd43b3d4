// shuffle/type-selector.ts: what an edge without a declared type learns from its records.

import { describe, expect, it } from 'vitest';

import { DEFINE_TYPE, INFERRED_TYPES_MAX, USE_TYPE } from '../../../runtime/shuffle/element.ts';
import { DeclaredType, InferredTypes } from '../../../runtime/shuffle/type-selector.ts';
import { openChannel, readAll } from '../../support/channel-harness.ts';

/** The tags of the announcements that a list of records causes; 0 where there is none. */
function announcements(types: InferredTypes, values: readonly unknown[]): number[] {
  return values.map((value) => (types.select(value) ? types.announcement()[0]! : 0));
}

const shape = (index: number): object => ({ [`field${index}`]: index });

describe('inferred types', () => {
  it('announce a shape once and then refer to it', () => {
    const values = [{ a: 1 }, { a: 2 }, { b: 'x' }, { a: 3 }, { a: 4 }, { b: 'y' }];
    expect(announcements(new InferredTypes(), values)).toStrictEqual([
      DEFINE_TYPE,
      0,
      DEFINE_TYPE,
      USE_TYPE,
      0,
      USE_TYPE,
    ]);
  });

  it('learn at most 15 shapes; the rest travels self-described', () => {
    const types = new InferredTypes();
    const kinds: string[] = [];
    for (let index = 0; index < 40; index++) {
      types.select(shape(index));
      kinds.push(types.codec.type.kind);
    }
    const shapes = kinds.filter((kind) => kind === 'struct');
    expect(shapes).toHaveLength(INFERRED_TYPES_MAX - 1);
    expect(new Set(kinds.slice(INFERRED_TYPES_MAX - 1))).toStrictEqual(new Set(['any']));
  });

  it.each([null, new Map([[1, 2]]), undefined])(
    'go back to shapes after the odd record %s',
    (odd) => {
      const types = new InferredTypes();
      types.select(odd);
      expect(types.codec.type.kind).toBe('any');
      expect(types.select({ a: 1 })).toBe(true);
      expect(types.codec.type.kind).toBe('struct');
      expect(announcements(types, [odd, { a: 2 }, odd])).toStrictEqual([
        USE_TYPE,
        USE_TYPE,
        USE_TYPE,
      ]);
    },
  );

  it('bring 40 shapes through a channel, twice over', () => {
    const channel = openChannel({ bufferBytes: 512, bufferCount: 64 });
    const values = [...Array.from({ length: 80 }, (_, index) => shape(index % 40)), null, [1], 'x'];
    for (const value of values) channel.writer.writeRecord(value, 0);
    channel.writer.flush();
    readAll(channel);
    const received = channel.handler.elements.map(
      (element) => element.kind === 'record' && element.value,
    );
    expect(received).toStrictEqual(values);
  });

  it('bring a shape whose description is larger than a buffer', () => {
    const channel = openChannel({ bufferBytes: 64, bufferCount: 64, recordBytesMax: 64 * 1024 });
    const wide = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`column${index}`, index]),
    );
    channel.writer.writeRecord(wide, 5);
    channel.writer.writeRecord('after', 6);
    channel.writer.flush();
    readAll(channel);
    expect(channel.handler.elements).toStrictEqual([
      { kind: 'record', value: wide, timestampMs: 5 },
      { kind: 'record', value: 'after', timestampMs: 6 },
    ]);
  });
});

describe('a declared type', () => {
  it('never changes and announces nothing', () => {
    const types = new DeclaredType({ kind: 'float64' });
    expect(types.select()).toBe(false);
    expect(types.announcement()).toHaveLength(0);
    expect(types.codec.type).toStrictEqual({ kind: 'float64' });
  });
});
