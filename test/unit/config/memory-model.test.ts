// The memory model: the parts add up (I1), and what does not fit is refused with the arithmetic (I2).

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findMemoryProblem,
  formatMemory,
  overheadBytesOf,
  splitMemory,
} from '../../../runtime/config/memory-model.ts';

const MIB = 1024 ** 2;

function request(limit: number, heap: number, network: number, slots: number) {
  return {
    limitBytes: limit * MIB,
    heapBytes: heap * MIB,
    networkBytes: network * MIB,
    slots,
  };
}

describe('splitMemory', () => {
  it('divides 2048 MiB with a heap of 1024 and 256 for the network on one slot', () => {
    expect(splitMemory(request(2048, 1024, 256, 1))).toEqual({
      limitBytes: 2048 * MIB,
      overheadBytes: 205 * MIB,
      networkBytes: 256 * MIB,
      stateBytes: 563 * MIB,
      heapBytesPerSlot: 1024 * MIB,
    });
  });

  it('divides the default of 1024 MiB on two slots', () => {
    expect(splitMemory(request(1024, 512, 64, 2))).toEqual({
      limitBytes: 1024 * MIB,
      overheadBytes: 112 * MIB,
      networkBytes: 64 * MIB,
      stateBytes: 336 * MIB,
      heapBytesPerSlot: 256 * MIB,
    });
  });

  it('allows a small local worker: 512 MiB on two slots', () => {
    expect(splitMemory(request(512, 256, 64, 2)).stateBytes).toBe(80 * MIB);
  });

  it('I1: the parts add up to the limit whatever is asked', () => {
    const sizes = fc.record({
      limitBytes: fc.integer({ min: 256, max: 65_536 }).map((mib) => mib * MIB),
      heapBytes: fc.integer({ min: 32, max: 32_768 }).map((mib) => mib * MIB),
      networkBytes: fc.integer({ min: 4, max: 1024 }).map((mib) => mib * MIB),
      slots: fc.integer({ min: 1, max: 32 }),
    });
    fc.assert(
      fc.property(sizes, (asked) => {
        fc.pre(findMemoryProblem(asked) === undefined);
        const memory = splitMemory(asked);
        const sum =
          memory.overheadBytes +
          memory.networkBytes +
          memory.stateBytes +
          memory.heapBytesPerSlot * asked.slots;
        expect(sum).toBe(asked.limitBytes);
        expect(memory.heapBytesPerSlot * asked.slots).toBeLessThanOrEqual(asked.heapBytes);
      }),
    );
  });
});

describe('findMemoryProblem', () => {
  it('I2: shows the equation and how much is missing when the parts exceed the limit', () => {
    expect(findMemoryProblem(request(1024, 1024, 64, 2))).toBe(
      'the memory does not add up: limit 1024 MiB = overhead 112 MiB + network 64 MiB + state -176 MiB + ' +
        '2 slots x 512 MiB heap; the state needs at least 16 MiB: raise the limit to 1227 MiB, ' +
        'or lower heap, network or slots',
    );
  });

  it('I2: the limit that the message names is the smallest that works', () => {
    const asked = fc.record({
      heap: fc.integer({ min: 256, max: 32_768 }),
      network: fc.integer({ min: 4, max: 1024 }),
      slots: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(asked, ({ heap, network, slots }) => {
        const problem = findMemoryProblem(request(256, heap, network, slots)) ?? '';
        const limit = Number(/raise the limit to (\d+) MiB/.exec(problem)?.[1]);
        expect(findMemoryProblem(request(limit, heap, network, slots))).toBeUndefined();
        expect(findMemoryProblem(request(limit - 1, heap, network, slots))).toBeDefined();
      }),
    );
  });

  it('I2: refuses a heap that starves its slots', () => {
    expect(findMemoryProblem(request(4096, 64, 64, 4))).toBe(
      'the heap of 64 MiB shared by 4 slots gives 16 MiB a slot, at least 32 MiB is needed: ' +
        'set the heap to 128 MiB or more, or use fewer slots',
    );
  });
});

describe('overheadBytesOf', () => {
  it('is 64 MiB and 24 MiB a slot, or a tenth of a large limit', () => {
    expect(overheadBytesOf(256 * MIB, 1)).toBe(88 * MIB);
    expect(overheadBytesOf(8192 * MIB, 4)).toBe(820 * MIB);
  });
});

describe('formatMemory', () => {
  it('names one slot as one', () => {
    expect(formatMemory(splitMemory(request(512, 256, 64, 1)), 1)).toContain('1 slot x 256 MiB');
  });
});
