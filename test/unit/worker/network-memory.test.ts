// worker/network-memory.ts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ringBytes } from '../../../runtime/shuffle/ring.ts';
import { NetworkMemory } from '../../../runtime/worker/network-memory.ts';

describe('network memory', () => {
  it('gives every ring as many buffers as fit, within the budget (I1)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1000, max: 10_000_000 }),
        (rings, limit) => {
          const memory = new NetworkMemory(limit, 4096);
          const fits = (buffers: number): boolean => rings * ringBytes(buffers, 4096) <= limit;
          if (!fits(2)) {
            expect(() => memory.reserve(rings)).toThrow(
              expect.objectContaining({ code: 'NETWORK_MEMORY_INSUFFICIENT' }),
            );
            return;
          }
          const { buffersPerRing, bytes } = memory.reserve(rings);
          expect(buffersPerRing).toBe([32, 16, 8, 4, 2].find(fits));
          expect(bytes).toBe(rings * ringBytes(buffersPerRing, 4096));
        },
      ),
      { seed: 20_260_101 },
    );
  });

  it('counts what deployments hold, and takes it back', () => {
    const memory = new NetworkMemory(2 * ringBytes(32, 1024), 1024);
    const first = memory.reserve(1);
    const second = memory.reserve(1);
    expect([first.buffersPerRing, second.buffersPerRing]).toStrictEqual([32, 32]);
    expect(() => memory.reserve(1)).toThrow(
      /The job needs 1 channel ends .* but 0 B of .* are free/,
    );
    memory.release(first.bytes);
    expect(memory.reserve(1).buffersPerRing).toBe(32);
  });
});
