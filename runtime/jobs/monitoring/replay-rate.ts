// How fast the flights went through the job itself, without the decoding and sorting of the file before the first flight.

import type { JobSnapshot } from 'millrace';

/** One line; none when the times are not known. */
export function describeReplay({ tasks, timestampsMs, endedMs }: JobSnapshot): readonly string[] {
  const source = tasks[0]?.subtasks[0]?.metrics;
  const startedMs = timestampsMs.RUNNING;
  if (source === undefined || startedMs === undefined || endedMs === undefined) return [];
  const { parquetDecodeMs = 0, parquetSortMs = 0 } = source.counters;
  const replayMs = endedMs - startedMs - parquetDecodeMs - parquetSortMs;
  if (replayMs <= 0) return [];
  const perSecond = Math.round((source.recordsIn * 1000) / replayMs).toLocaleString('en-US');
  const seconds = (replayMs / 1000).toFixed(1);
  return [`Replay without decoding and sorting: ${perSecond} flights/s in ${seconds} s`];
}
