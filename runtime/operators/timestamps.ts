// Timestamps and watermarks assigned in the middle of a stream (Flink: TimestampsAndWatermarksOperator). The watermarks of
// the input are replaced by the strategy's own, except the last, which ends event time. A watermark that is not due yet
// is passed on when its time comes, and idleness is noticed, without waiting for another record.

import { MAX_WATERMARK, timestampsOnly } from '../time/watermark.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { OperatorSpec } from './spec.ts';
import { WatermarkTracker } from './watermark-tracker.ts';

export function createTimestamps(
  spec: Extract<OperatorSpec, { kind: 'timestamps' }>,
  context: OperatorContext,
): Operator {
  const watermarks = context.mode === 'batch' ? timestampsOnly(spec.watermarks) : spec.watermarks;
  const tracker = new WatermarkTracker(watermarks, context.clock.nowMs());
  const { emit } = context;
  let hasEnded = false;
  let willWake = false;
  const scheduleWake = (nowMs: number): void => {
    if (willWake) return;
    const dueMs = tracker.isIdle(nowMs) ? tracker.nextEmitMs(nowMs) : tracker.nextPollMs(nowMs);
    willWake = dueMs !== Infinity;
    if (willWake) context.wakeAt(dueMs);
  };
  return {
    open() {
      scheduleWake(context.clock.nowMs());
    },
    process(value, timestampMs) {
      let assigned: number;
      try {
        assigned = tracker.timestampOf(value, timestampMs);
        tracker.onRecord(value, assigned);
      } catch (error) {
        throw context.failure(error, value);
      }
      emit(value, assigned);
    },
    advanceWatermark(watermarkMs) {
      hasEnded = watermarkMs === MAX_WATERMARK;
      return true;
    },
    outputWatermark() {
      if (hasEnded) return MAX_WATERMARK;
      const nowMs = context.clock.nowMs();
      const watermarkMs = tracker.poll(nowMs);
      scheduleWake(nowMs);
      return watermarkMs;
    },
    isIdle() {
      return !hasEnded && tracker.isIdle(context.clock.nowMs());
    },
    onProcessingTime() {
      willWake = false; // the chain asks for the watermark afterwards
      return true;
    },
  };
}
