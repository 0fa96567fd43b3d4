// Byte arrays in a row: their bytes, their room, and that what is read is a copy.

import { describe, expect, it } from 'vitest';

import {
  endOfBytes,
  isPlainBytes,
  readBytes,
  writeBytes,
} from '../../../runtime/types/bytes-cell.ts';
import { NO_ROOM } from '../../../runtime/types/codec.ts';
import { FILLER, memoryOf } from './record-arbitrary.ts';

class Digest extends Uint8Array {}

describe('writeBytes', () => {
  it('puts the length before the bytes', () => {
    const memory = memoryOf(16, true);
    expect(writeBytes(memory, new Uint8Array([1, 2, 3]), 2, 16)).toBe(9);
    expect(memory.bytes.subarray(2, 9).toString('hex')).toBe('03000000' + '010203');
    expect(endOfBytes(memory, 2)).toBe(9);
  });

  it('fits to the byte, and writes nothing when it does not', () => {
    const memory = memoryOf(16, true);
    expect(writeBytes(memory, new Uint8Array(3), 2, 8)).toBe(NO_ROOM);
    expect(memory.bytes.every((byte) => byte === FILLER)).toBe(true);
    expect(writeBytes(memory, new Uint8Array(3), 2, 9)).toBe(9);
  });

  it('takes a view of larger memory for what it shows', () => {
    const memory = memoryOf(16, false);
    writeBytes(memory, new Uint8Array([9, 8, 7, 6]).subarray(1, 3), 0, 16);
    expect(readBytes(memory, 0)).toStrictEqual(new Uint8Array([8, 7]));
  });
});

describe('readBytes', () => {
  it('gives a copy that later rows do not change (I1)', () => {
    const memory = memoryOf(16, true);
    writeBytes(memory, new Uint8Array([1, 2]), 0, 16);
    const read = readBytes(memory, 0);
    memory.bytes.fill(0);
    expect(read).toStrictEqual(new Uint8Array([1, 2]));
    expect(read.buffer.byteLength).toBe(2);
  });
});

describe('isPlainBytes', () => {
  it.each<[string, unknown, boolean]>([
    ['a Uint8Array', new Uint8Array(1), true],
    ['a Buffer', Buffer.alloc(1), false],
    ['a subclass', new Digest(1), false],
    ['another view', new Int8Array(1), false],
    ['an array', [1], false],
  ])('%s', (_, value, expected) => {
    expect(isPlainBytes(value)).toBe(expected);
  });
});
