// time/watermark-valve.ts against a plain statement of Flink's StatusWatermarkValve, over random histories.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MAX_WATERMARK, NO_WATERMARK } from '../../../runtime/time/watermark.ts';
import { WatermarkValve } from '../../../runtime/time/watermark-valve.ts';

type Event =
  | { readonly kind: 'watermark'; readonly channel: number; readonly ms: number }
  | { readonly kind: 'status'; readonly channel: number; readonly isIdle: boolean }
  | { readonly kind: 'end'; readonly channel: number };

/** The rules, recomputed from scratch after each event. */
class Model {
  readonly channels: { ms: number; isIdle: boolean; isAligned: boolean; hasEnded: boolean }[];
  output = NO_WATERMARK;

  constructor(count: number) {
    this.channels = Array.from({ length: count }, () => ({
      ms: NO_WATERMARK,
      isIdle: false,
      isAligned: true,
      hasEnded: false,
    }));
  }

  get isIdle(): boolean {
    return this.channels.every((channel) => channel.isIdle);
  }

  take(event: Event): void {
    const channel = this.channels[event.channel]!;
    if (channel.hasEnded) return; // nothing follows the end
    if (event.kind === 'end') {
      Object.assign(channel, { ms: MAX_WATERMARK, isIdle: false, isAligned: true, hasEnded: true });
      this.#raise();
      return;
    }
    if (event.kind === 'watermark') {
      if (channel.isIdle || event.ms <= channel.ms) return;
      channel.ms = event.ms;
      if (event.ms >= this.output) channel.isAligned = true;
      this.#raise();
      return;
    }
    if (channel.isIdle === event.isIdle) return;
    channel.isIdle = event.isIdle;
    channel.isAligned = !event.isIdle && channel.ms >= this.output;
    if (!event.isIdle) return;
    if (!this.isIdle) this.#raise();
    else if (channel.ms === this.output)
      this.output = Math.max(...this.channels.map(({ ms }) => ms));
  }

  #raise(): void {
    const held = this.channels.filter(({ isIdle, isAligned }) => !isIdle && isAligned);
    if (held.length > 0) this.output = Math.max(this.output, Math.min(...held.map(({ ms }) => ms)));
  }
}

function apply(valve: WatermarkValve, event: Event): boolean {
  if (event.kind === 'watermark') return valve.onWatermark(event.channel, event.ms);
  if (event.kind === 'status') return valve.onStatus(event.channel, event.isIdle);
  return valve.onEnd(event.channel);
}

const COUNT = 3;
const channel = fc.integer({ min: 0, max: COUNT - 1 });
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('watermark'),
      channel,
      ms: fc.integer({ min: -5, max: 20 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('status'), channel, isIdle: fc.boolean() }),
  },
  fc.record({ kind: fc.constant('end'), channel }),
);

describe('a watermark valve', () => {
  it('follows the rules, never falls, and says when something changed (I1, I2, I3, I4)', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const model = new Model(COUNT);
        const valve = new WatermarkValve(COUNT);
        const ended = new Set<number>();
        for (const next of events) {
          if (ended.has(next.channel)) continue;
          if (next.kind === 'end') ended.add(next.channel);
          const before = valve.output;
          model.take(next);
          const changed = apply(valve, next);
          expect(valve.output).toStrictEqual({ watermarkMs: model.output, isIdle: model.isIdle });
          expect(valve.output.watermarkMs).toBeGreaterThanOrEqual(before.watermarkMs);
          const differs =
            before.watermarkMs !== valve.output.watermarkMs ||
            (next.kind === 'status' && before.isIdle !== valve.output.isIdle);
          expect(changed).toBe(differs);
        }
      }),
      { seed: 20_260_101, numRuns: 500 },
    );
  });

  it('does not let a channel that comes back pull time back (I2)', () => {
    const valve = new WatermarkValve(2);
    valve.onWatermark(0, 10);
    valve.onWatermark(1, 5);
    valve.onStatus(1, true);
    expect(valve.output.watermarkMs).toBe(10);
    valve.onStatus(1, false);
    valve.onWatermark(0, 30);
    expect(valve.output.watermarkMs).toBe(30); // still left out
    valve.onWatermark(1, 20);
    valve.onWatermark(0, 40);
    expect(valve.output.watermarkMs).toBe(40);
    valve.onWatermark(1, 40); // caught up: from here on it counts again
    valve.onWatermark(0, 50);
    expect(valve.output.watermarkMs).toBe(40);
  });

  it('waits for nobody once the last active channel is idle (I4)', () => {
    const valve = new WatermarkValve(2);
    valve.onWatermark(0, 10);
    valve.onWatermark(1, 5);
    valve.onStatus(0, true);
    expect(valve.output).toStrictEqual({ watermarkMs: 5, isIdle: false });
    expect(valve.onStatus(1, true)).toBe(true);
    expect(valve.output).toStrictEqual({ watermarkMs: 10, isIdle: true });
  });

  it('reaches the end of time when every channel has ended (I3)', () => {
    const valve = new WatermarkValve(2);
    valve.onEnd(0);
    expect(valve.output.watermarkMs).toBe(NO_WATERMARK);
    valve.onWatermark(1, 5);
    expect(valve.output.watermarkMs).toBe(5);
    valve.onEnd(1);
    expect(valve.output).toStrictEqual({ watermarkMs: MAX_WATERMARK, isIdle: false });
  });

  it('ignores channels it does not have', () => {
    const valve = new WatermarkValve(1);
    expect([valve.onWatermark(1, 5), valve.onStatus(1, true), valve.onEnd(1)]).toStrictEqual([
      false,
      false,
      false,
    ]);
  });
});
