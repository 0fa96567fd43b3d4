// coordinator/subtask-record.ts: status, times and rates from a worker's reports.

import { describe, expect, it } from 'vitest';

import { SubtaskRecord } from '../../../runtime/coordinator/subtask-record.ts';
import type { WorkerId } from '../../../runtime/core/ids.ts';
import type { SubtaskCounts } from '../../../runtime/protocol/control.ts';

function open(): SubtaskRecord {
  return new SubtaskRecord(1, { workerId: 'w' as WorkerId, slot: 2 });
}

function counts(recordsIn: number, busyMsTotal = 0, backpressuredMsTotal = 0): SubtaskCounts {
  return {
    recordsIn,
    recordsOut: 2 * recordsIn,
    bytesIn: 0,
    bytesOut: 0,
    busyMsTotal,
    idleMsTotal: 0,
    backpressuredMsTotal,
    watermarkMs: 5,
    counters: { odd: 1 },
  };
}

describe('a subtask record', () => {
  it('goes from deploying to its end, with the times of running', () => {
    const record = open();
    expect(record.snapshot()).toMatchObject({
      index: 1,
      status: 'DEPLOYING',
      workerId: 'w',
      slot: 2,
      startedMs: undefined,
    });
    record.enter('initializing', 10);
    record.enter('running', 20);
    expect(record.snapshot()).toMatchObject({
      status: 'RUNNING',
      startedMs: 20,
      endedMs: undefined,
    });
    record.enter('prepared', 30);
    record.enter('committed', 40);
    expect(record.snapshot()).toMatchObject({ status: 'FINISHED', startedMs: 20, endedMs: 30 });
  });

  it('is canceled only if it has not ended', () => {
    const [running, prepared, failed] = [open(), open(), open()];
    prepared.enter('prepared', 1);
    failed.enter('failed', 1);
    for (const record of [running, prepared, failed]) record.cancel(2);
    const statuses = [running, prepared, failed].map((record) => record.snapshot().status);
    expect(statuses).toStrictEqual(['CANCELED', 'FINISHED', 'FAILED']);
    expect(running.hasEnded).toBe(true);
  });

  it('makes rates of two reports, and shares that sum to 1000', () => {
    const record = open();
    record.enter('running', 1000);
    record.count(counts(500, 300, 100), 1500);
    expect(record.snapshot().metrics).toMatchObject({
      recordsIn: 500,
      recordsInPerSecond: 1000,
      recordsOutPerSecond: 2000,
      busyMsPerSecond: 750,
      idleMsPerSecond: 0,
      backpressuredMsPerSecond: 250,
      counters: { odd: 1 },
    });
    record.count(counts(500, 300, 100), 2500);
    expect(record.snapshot().metrics).toMatchObject({
      recordsIn: 500,
      recordsInPerSecond: 0,
      busyMsPerSecond: 0,
    });
  });

  it('loses nothing to a report that comes too soon after another', () => {
    const record = open();
    record.enter('running', 0);
    record.count(counts(1000), 1000);
    record.count(counts(1500), 1050);
    expect(record.snapshot().metrics).toMatchObject({ recordsIn: 1500, recordsInPerSecond: 1000 });
    record.count(counts(3000), 2000);
    expect(record.snapshot().metrics.recordsInPerSecond).toBe(2000);
  });

  it('keeps the last counts after its end, without rates', () => {
    const record = open();
    record.enter('running', 0);
    record.count(counts(1000), 1000);
    record.enter('prepared', 1500);
    record.count(counts(1200), 2000);
    expect(record.snapshot().metrics).toMatchObject({
      recordsIn: 1200,
      recordsInPerSecond: 0,
      busyMsPerSecond: 0,
    });
  });
});
