// worker/source-subtask.ts with a reader of splits: their event time, the rate, and the alignment with other sources. What a
// source with one share does is in subtask.test.ts.

import { describe, expect, it } from 'vitest';

import type {
  EmitRecord,
  SourceSplit,
  SourceStatus,
  SplitReader,
} from '../../../runtime/connectors/connector.ts';
import { AlignmentGroup } from '../../../runtime/coordinator/watermark-alignment.ts';
import type { OperatorContext } from '../../../runtime/operators/operator.ts';
import type { FromSource } from '../../../runtime/protocol/control.ts';
import { Pace } from '../../../runtime/time/pace.ts';
import {
  BoundedOutOfOrderness,
  MAX_WATERMARK,
  NO_WATERMARK,
  type WatermarkStrategy,
} from '../../../runtime/time/watermark.ts';
import { SourceSubtask, type SplitOutput } from '../../../runtime/worker/source-subtask.ts';
import { openChain } from '../../support/chain-harness.ts';

/** Splits that a test puts records into: their value is their time. */
class FakeSplits implements SplitReader {
  readonly records = new Map<string, number[]>();
  readonly paused = new Set<string>();
  readonly told: string[] = [];
  hasEnded = false;
  readonly #output: SplitOutput;
  readonly #emits = new Map<string, EmitRecord<unknown>>();

  constructor(output: SplitOutput) {
    this.#output = output;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  begin(id: string): void {
    this.#emits.set(id, this.#output.beginSplit(id));
    this.records.set(id, []);
  }

  end(id: string): void {
    this.records.delete(id);
    this.#output.endSplit(id);
  }

  push(id: string, ...timesMs: readonly number[]): void {
    this.records.get(id)?.push(...timesMs);
  }

  addSplits(splits: readonly SourceSplit[]): void {
    for (const { id } of splits) this.begin(id);
  }

  noMoreSplits(): void {
    this.told.push('no more splits');
  }

  onEvent(event: unknown): void {
    this.told.push(`event ${String(event)}`);
  }

  poll(limit: number): SourceStatus {
    if (this.hasEnded) return 'ended';
    for (const [id, timesMs] of this.records) {
      if (this.paused.has(id)) continue;
      for (const timeMs of timesMs.splice(0, limit)) this.#emits.get(id)?.(timeMs, timeMs);
    }
    return 'idle';
  }

  snapshot(): readonly SourceSplit[] {
    return [];
  }

  pauseOrResumeSplits(paused: readonly string[], resumed: readonly string[]): void {
    for (const id of resumed) this.paused.delete(id);
    for (const id of paused) this.paused.add(id);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function open(strategy: Partial<WatermarkStrategy<unknown>> = {}, recordsPerSecond?: number) {
  const opened = openChain(([main]) => [{ operator: { process: main!.emit }, leaves: true }]);
  const said: FromSource[] = [];
  let reader: FakeSplits | undefined;
  const subtask = new SourceSubtask({
    ...opened.parts,
    makeReader: (output) => (reader = new FakeSplits(output)),
    watermarks: {
      label: 'test',
      generator: () => new BoundedOutOfOrderness<unknown>(0),
      emit: 'every-record',
      ...strategy,
    },
    pace: recordsPerSecond === undefined ? undefined : new Pace(opened.clock, recordsPerSecond),
    context: {} as OperatorContext, // nothing fails here
    tell: (event) => said.push(event),
  });
  return { ...opened, subtask, reader: reader!, said };
}

const GROUP = { group: 'g', maxDriftMs: 100, updateIntervalMs: 1_000 };

describe('a source of several splits', () => {
  it('has the watermark of its slowest split; one that ended leaves', () => {
    const { subtask, reader, receive } = open();
    subtask.onSourceEvent({ kind: 'splits', splits: [{ id: 'a' }, { id: 'b' }] });
    reader.push('a', 100);
    reader.push('b', 50);
    subtask.step();
    expect(receive()).toStrictEqual([[100, 50, 'watermark 49']]);
    reader.end('b');
    subtask.step();
    expect(receive()).toStrictEqual([['watermark 99']]);
  });

  it('goes on without a split that is idle, and is idle when all are', () => {
    const { subtask, reader, clock, receive } = open({ idleAfterMs: 500 });
    reader.begin('a');
    reader.begin('b');
    reader.push('a', 100);
    subtask.step();
    clock.advance(400);
    reader.push('a', 200);
    subtask.step();
    expect(receive()).toStrictEqual([[100, 200]]);
    clock.advance(100);
    subtask.step();
    expect(receive()).toStrictEqual([['watermark 199']]);
    clock.advance(400);
    subtask.step();
    expect(receive()).toStrictEqual([['idle']]);
    expect(subtask.nextWakeMs()).toBe(Infinity);
  });

  it('passes on what the enumerator says', () => {
    const { subtask, reader } = open();
    subtask.onSourceEvent({ kind: 'event', event: 'hello' });
    subtask.onSourceEvent({ kind: 'no-more-splits' });
    expect(reader.told).toStrictEqual(['event hello', 'no more splits']);
  });
});

describe('the rate of a source', () => {
  it('is kept whatever the reader could give, and says when the next record is due', () => {
    const { subtask, reader, clock } = open({}, 10);
    reader.begin('a');
    reader.push('a', 1, 2, 3, 4);
    expect(subtask.step()).toBe('worked');
    expect(subtask.step()).toBe('idle');
    expect(subtask.counts().recordsIn).toBe(1);
    expect(subtask.nextWakeMs()).toBe(clock.nowMs() + 100);
    clock.advance(200);
    subtask.step();
    expect(subtask.counts().recordsIn).toBe(3);
  });
});

describe('a source that is aligned with others', () => {
  it('reports where it is each interval, and that it holds nobody back when it is idle or has ended', () => {
    const { subtask, reader, clock, said } = open({ alignment: GROUP, idleAfterMs: 5_000 });
    reader.begin('a');
    subtask.step();
    expect(said.splice(0)).toStrictEqual([{ kind: 'watermark', watermarkMs: NO_WATERMARK }]);
    reader.push('a', 100);
    subtask.step();
    expect(said).toStrictEqual([]);
    expect(subtask.nextWakeMs()).toBe(clock.nowMs() + 1_000);
    clock.advance(1_000);
    subtask.step();
    expect(said.splice(0)).toStrictEqual([{ kind: 'watermark', watermarkMs: 99 }]);
    clock.advance(5_000);
    subtask.step();
    expect(said.splice(0)).toStrictEqual([{ kind: 'watermark', watermarkMs: MAX_WATERMARK }]);
    reader.hasEnded = true;
    subtask.step();
    expect(said).toStrictEqual([{ kind: 'watermark', watermarkMs: MAX_WATERMARK }]);
  });

  it('pauses the splits beyond the limit only, and is not idle for that', () => {
    const { subtask, reader, clock, receive } = open({ alignment: GROUP, idleAfterMs: 5_000 });
    reader.begin('fast');
    reader.begin('slow');
    reader.push('fast', 1_000);
    reader.push('slow', 10);
    subtask.step();
    subtask.onSourceEvent({ kind: 'watermark-limit', watermarkMs: 110 });
    expect([...reader.paused]).toStrictEqual(['fast']);
    receive();
    for (let elapsedMs = 0; elapsedMs < 10_000; elapsedMs += 1_000) {
      reader.push('slow', 11 + elapsedMs / 1_000);
      clock.advance(1_000);
      subtask.step();
    }
    expect(receive().flat()).not.toContain('idle');
    expect(subtask.counts().watermarkMs).toBe(19); // the paused split is not left out
    subtask.onSourceEvent({ kind: 'watermark-limit', watermarkMs: MAX_WATERMARK });
    expect([...reader.paused]).toStrictEqual([]);
  });

  it('is never further ahead of the other than the drift and what an interval brings', () => {
    const fast = open({ alignment: GROUP });
    const slow = open({ alignment: GROUP });
    const { clock } = fast;
    const group = new AlignmentGroup(GROUP, clock, ({ task }, watermarkMs) => {
      (task === 0 ? fast : slow).subtask.onSourceEvent({ kind: 'watermark-limit', watermarkMs });
    });
    group.add({ task: 0, subtask: 0 });
    group.add({ task: 1, subtask: 0 });
    fast.reader.begin('f');
    slow.reader.begin('s');
    let ahead = 0;
    for (let tick = 1; tick <= 100; tick++) {
      // In each interval the one could do 500 ms of event time, the other 10.
      if (fast.reader.paused.size === 0)
        fast.reader.push('f', (fast.subtask.counts().watermarkMs ?? 0) + 500);
      slow.reader.push('s', tick * 10);
      for (const [task, { subtask, said, receive }] of [fast, slow].entries()) {
        subtask.step();
        receive(); // else the channel would fill
        const [report] = said.splice(0);
        if (report?.kind === 'watermark') group.report({ task, subtask: 0 }, report.watermarkMs);
      }
      ahead = Math.max(
        ahead,
        (fast.subtask.counts().watermarkMs ?? 0) - (slow.subtask.counts().watermarkMs ?? 0),
      );
      clock.advance(1_000);
      slow.clock.advance(1_000);
    }
    group.close();
    expect(ahead).toBeGreaterThan(GROUP.maxDriftMs);
    expect(ahead).toBeLessThanOrEqual(GROUP.maxDriftMs + 2 * 500);
    expect(fast.subtask.counts().watermarkMs).toBeGreaterThan(900); // it is held back, not stopped
  });
});
