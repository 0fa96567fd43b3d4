// operators/in-flight-queue.ts against its invariants, for any order of requests, watermarks and answers.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { InFlightQueue } from '../../../runtime/operators/in-flight-queue.ts';

interface Request {
  readonly number: number;
  /** Watermarks before it. */
  readonly segment: number;
}

type Step = 'request' | 'watermark' | 'take' | number;

/** What happens, in any order; a number answers one of the requests that still wait for it. */
const steps = fc.array<Step>(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant('request' as const) },
    { weight: 2, arbitrary: fc.constant('watermark' as const) },
    { weight: 4, arbitrary: fc.nat({ max: 50 }) },
    { weight: 2, arbitrary: fc.constant('take' as const) },
  ),
  { maxLength: 80 },
);

/** Plays the steps, then answers and takes everything; what went on, in its order, and in which order answers came. */
function play(order: 'ordered' | 'unordered', script: readonly Step[]) {
  const queue = new InFlightQueue<Request>(order);
  const open: Request[] = [];
  const asked: Request[] = [];
  const answered: Request[] = [];
  const out: (Request | string)[] = [];
  let watermarks = 0;
  const take = (): boolean => {
    const next = queue.take();
    if (next === undefined) return false;
    out.push(next.kind === 'request' ? next.request : `watermark ${next.watermarkMs}`);
    return true;
  };
  const answer = (index: number): void => {
    const [request] = open.splice(index % open.length, 1);
    if (request === undefined) return;
    answered.push(request);
    queue.answer(request);
  };
  for (const step of script) {
    if (step === 'take') take();
    else if (step === 'watermark') queue.addWatermark(++watermarks);
    else if (step === 'request') {
      const request = { number: asked.length, segment: watermarks };
      asked.push(request);
      open.push(request);
      queue.add(request);
    } else answer(step);
    const gone = new Set(out);
    expect([...queue]).toStrictEqual(asked.filter((request) => !gone.has(request)));
    expect(queue.size).toBe(asked.length - out.filter((item) => typeof item === 'object').length);
  }
  while (open.length > 0) answer(0);
  while (take());
  expect(queue.isEmpty).toBe(true);
  return { asked, answered, out, watermarks };
}

/** Between two watermarks that went on: the requests, and each on the right side. */
function checkBarriers(out: readonly (Request | string)[], watermarks: number): void {
  let reached = 0;
  for (const item of out) {
    if (typeof item === 'string') reached = Number(item.replace('watermark ', ''));
    else expect(item.segment).toBe(reached);
  }
  expect(reached).toBe(watermarks);
}

describe('requests in flight', () => {
  it('go on in the order they came when ordered, none past a watermark (I1, I3)', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { asked, out, watermarks } = play('ordered', script);
        expect(out.filter((item) => typeof item === 'object')).toStrictEqual(asked);
        checkBarriers(out, watermarks);
      }),
    );
  });

  it('go on in the order of their answers when unordered, none past a watermark (I2, I3)', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { answered, out, watermarks } = play('unordered', script);
        checkBarriers(out, watermarks);
        for (let segment = 0; segment <= watermarks; segment++) {
          const isOf = (item: Request | string): boolean =>
            typeof item === 'object' && item.segment === segment;
          expect(out.filter(isOf)).toStrictEqual(answered.filter(isOf));
        }
      }),
    );
  });

  it('keep one watermark of several that nothing came between', () => {
    const queue = new InFlightQueue('unordered');
    const request = {};
    queue.add(request);
    for (const watermarkMs of [1, 2, 3]) queue.addWatermark(watermarkMs);
    queue.answer(request);
    expect([queue.take(), queue.take(), queue.take()]).toStrictEqual([
      { kind: 'request', request },
      { kind: 'watermark', watermarkMs: 3 },
      undefined,
    ]);
  });
});
