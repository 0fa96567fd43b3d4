// shuffle/output-edge.ts: every distribution, with real channels behind it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  hashOfKey,
  keyGroupOfHash,
  keyGroupRange,
  type KeyPart,
} from '../../../runtime/core/key-group.ts';
import { SeededRandom } from '../../../runtime/core/random.ts';
import { type Distribution, OutputEdge } from '../../../runtime/shuffle/output-edge.ts';
import { openChannel, readAll } from '../../support/channel-harness.ts';

function openEdge(channelCount: number, distribution: Distribution) {
  const channels = Array.from({ length: channelCount }, () =>
    openChannel({ bufferCount: 64, bufferBytes: 1024 }),
  );
  const edge = new OutputEdge(
    channels.map(({ writer }) => writer),
    distribution,
    (error, record) => new Error(`failed for ${String(record)}`, { cause: error }),
  );
  const receive = (): unknown[][] => {
    edge.flush();
    return channels.map((channel) => {
      readAll(channel);
      return channel.handler.elements.map((element) =>
        element.kind === 'record' ? element.value : element.kind,
      );
    });
  };
  return { edge, channels, receive };
}

describe('an output edge', () => {
  it('sends everything to the only channel', () => {
    const { edge, receive } = openEdge(1, { kind: 'single' });
    for (const value of [1, 2, 3]) edge.emit(value, 0);
    expect(receive()).toStrictEqual([[1, 2, 3]]);
  });

  it.each([
    [0, [[1, 4], [2, 5], [3]]],
    [1, [[3], [1, 4], [2, 5]]],
    [5, [[2, 5], [3], [1, 4]]],
  ])('takes turns, beginning at %i', (first, expected) => {
    const { edge, receive } = openEdge(3, { kind: 'round-robin', first });
    for (const value of [1, 2, 3, 4, 5]) edge.emit(value, 0);
    expect(receive()).toStrictEqual(expected);
  });

  it('sends every record to every channel', () => {
    const { edge, receive } = openEdge(3, { kind: 'broadcast' });
    edge.emit('x', 0);
    expect(receive()).toStrictEqual([['x'], ['x'], ['x']]);
  });

  it('routes keys to the subtask that owns their key group (I1)', () => {
    const part: fc.Arbitrary<KeyPart> = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
    );
    const parallelisms = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(
        fc.array(part),
        parallelisms,
        fc.constantFrom(7, 128, 1000),
        (keys, count, max) => {
          const { edge, receive } = openEdge(count, {
            kind: 'hash',
            keyOf: (value) => value as KeyPart,
            maxParallelism: max,
          });
          for (const key of keys) edge.emit(key, 0);
          for (const [subtask, received] of receive().entries()) {
            const { start, end } = keyGroupRange(max, count, subtask);
            const owned = keys.filter((key) => {
              const group = keyGroupOfHash(hashOfKey(key), max);
              return group >= start && group <= end;
            });
            expect(received).toStrictEqual(owned);
          }
        },
      ),
      { seed: 20_260_101, numRuns: 100 },
    );
  });

  it('draws channels by lot, the same ones for the same seed', () => {
    const draw = (seed: number): unknown[][] => {
      const { edge, receive } = openEdge(3, { kind: 'random', random: new SeededRandom(seed) });
      for (let value = 0; value < 12; value++) edge.emit(value, 0);
      return receive();
    };
    const drawn = draw(1);
    expect(drawn.flat().toSorted((left, right) => Number(left) - Number(right))).toHaveLength(12);
    expect(drawn.every((received) => received.length > 0)).toBe(true);
    expect(draw(1)).toStrictEqual(drawn);
    expect(draw(2)).not.toStrictEqual(drawn);
  });

  it('asks a custom partitioner, telling it how many channels there are', () => {
    const { edge, receive } = openEdge(3, {
      kind: 'custom',
      choose: (value, channels) => (value as number) % channels,
    });
    for (const value of [0, 1, 2, 3, 4]) edge.emit(value, 0);
    expect(receive()).toStrictEqual([[0, 3], [1, 4], [2]]);
  });

  it.each([3, -1, 0.5, Number.NaN])('refuses the choice %d', (chosen) => {
    const { edge } = openEdge(3, { kind: 'custom', choose: () => chosen });
    const cause: unknown = expect.objectContaining({
      code: 'USER_FUNCTION_FAILED',
      message: expect.stringContaining(
        `chose channel ${chosen}; it must return an integer from 0 to 2`,
      ) as unknown,
    });
    expect(() => {
      edge.emit('record', 0);
    }).toThrow(expect.objectContaining({ message: 'failed for record', cause }));
  });

  it('names the record for which a key function or partitioner threw', () => {
    const fail = (): never => {
      throw new TypeError('no such field');
    };
    for (const distribution of [
      { kind: 'hash', keyOf: fail, maxParallelism: 128 },
      { kind: 'custom', choose: fail },
    ] as const) {
      const { edge } = openEdge(2, distribution);
      expect(() => {
        edge.emit('this one', 0);
      }).toThrow('failed for this one');
    }
  });

  it('tells time, idleness and the end to every channel (I2)', () => {
    const { edge, receive, channels } = openEdge(2, { kind: 'single' });
    edge.writeWatermark(5);
    edge.writeStatus(true);
    edge.writeStatus(false);
    expect(edge.hasUnflushed()).toBe(true);
    edge.end();
    expect(edge.hasUnflushed()).toBe(false);
    expect(receive()).toStrictEqual(Array(2).fill(['watermark', 'status', 'status', 'end']));
    const statuses = channels[1]!.handler.elements.filter(({ kind }) => kind === 'status');
    expect(statuses).toStrictEqual([
      { kind: 'status', isIdle: true },
      { kind: 'status', isIdle: false },
    ]);
  });

  it('is drained when every channel is', () => {
    const { edge, channels } = openEdge(2, { kind: 'broadcast' });
    const big = 'x'.repeat(900);
    for (let index = 0; index < 65; index++) edge.emit(big, 0);
    edge.flush();
    expect(edge.drain()).toBe(false);
    readAll(channels[0]!);
    expect(edge.drain()).toBe(false);
    readAll(channels[1]!);
    expect(edge.drain()).toBe(true);
  });
});
