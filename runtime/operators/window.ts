// Keyed tumbling windows in event time. All keys of a window share one slice, so a window costs one table, not one timer
// a key.
//   I1. A record is late iff its window's last millisecond is at or below the watermark (Flink: isWindowLate); late records
//       go to the `late` output, or are dropped and counted when nobody listens.
//   I2. A window's results carry its last millisecond as their timestamp and are emitted once, when the watermark reaches it.
//   I3. Windows fire in order of time; firing stops while the outputs are full and goes on at the same key.

import { NO_TIMESTAMP } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import { invariant } from '../core/invariant.ts';
import type { Emit, Operator, OperatorContext } from './operator.ts';
import { LATE_OUTPUT, type OperatorSpec, type TumblingWindows } from './spec.ts';
import { createSliceMaker, type SliceMaker, type WindowSlice } from './window-slice.ts';

type WindowSpec = Extract<OperatorSpec, { kind: 'window' }>;

/** Flink's WindowOperator with TumblingEventTimeWindows and the event-time trigger. */
export function createWindow(spec: WindowSpec, context: OperatorContext): Operator {
  return new TumblingWindowOperator(spec, context);
}

/** `ts - ((ts - offset) mod size)`, with a modulo that is never negative. */
export function windowStartMs(timestampMs: number, windows: TumblingWindows): number {
  const remainder = (timestampMs - windows.offsetMs) % windows.sizeMs;
  return remainder < 0 ? timestampMs - remainder - windows.sizeMs : timestampMs - remainder;
}

class TumblingWindowOperator implements Operator {
  readonly #spec: WindowSpec;
  readonly #context: OperatorContext;
  readonly #makeSlice: SliceMaker;
  readonly #late: Emit | undefined;
  readonly #slices = new Map<number, WindowSlice>(); // by window start
  #recent: WindowSlice | undefined; // the slice of the last record: most records share it with their neighbour
  readonly #startsMs: number[] = []; // of the slices, ascending
  #firedKeys = 0; // of the earliest slice, while its firing is interrupted

  constructor(spec: WindowSpec, context: OperatorContext) {
    this.#spec = spec;
    this.#context = context;
    this.#makeSlice = createSliceMaker(spec.evaluation, spec.selector.fields, context.stateMemory);
    this.#late = context.sideOutput(LATE_OUTPUT);
  }

  process(value: unknown, timestampMs: number): void {
    if (timestampMs === NO_TIMESTAMP) {
      throw this.#context.failure(noTimestamp(this.#context.name), value);
    }
    const startMs = windowStartMs(timestampMs, this.#spec.windows);
    if (startMs + this.#spec.windows.sizeMs - 1 <= this.#context.currentWatermark()) {
      this.#passOnLate(value, timestampMs);
      return;
    }
    const slice =
      this.#recent?.window.startMs === startMs ? this.#recent : this.#sliceStarting(startMs);
    try {
      slice.add(this.#spec.selector.keyOf(value), value);
    } catch (error) {
      throw this.#context.failure(error, value);
    }
  }

  advanceWatermark(watermarkMs: number): boolean {
    for (;;) {
      const startMs = this.#startsMs[0];
      if (startMs === undefined || startMs + this.#spec.windows.sizeMs - 1 > watermarkMs)
        return true;
      const slice = this.#slices.get(startMs);
      invariant(slice !== undefined, 'every start belongs to a slice');
      if (!this.#fire(slice)) return false;
      this.#startsMs.shift();
      this.#slices.delete(startMs);
      if (this.#recent === slice) this.#recent = undefined;
      slice.free();
    }
  }

  #fire(slice: WindowSlice): boolean {
    const { emit } = this.#context;
    const timestampMs = slice.window.endMs - 1;
    while (this.#firedKeys < slice.size) {
      if (this.#context.isBlocked()) return false;
      emit(this.#resultOf(slice, this.#firedKeys), timestampMs);
      this.#firedKeys++;
    }
    this.#firedKeys = 0;
    return true;
  }

  #resultOf(slice: WindowSlice, index: number): unknown {
    try {
      return slice.result(index);
    } catch (error) {
      throw this.#context.failure(error, { key: slice.keyAt(index), window: slice.window });
    }
  }

  #sliceStarting(startMs: number): WindowSlice {
    let slice = this.#slices.get(startMs);
    if (slice === undefined) {
      slice = this.#makeSlice({ startMs, endMs: startMs + this.#spec.windows.sizeMs });
      this.#slices.set(startMs, slice);
      this.#insertStart(startMs);
    }
    this.#recent = slice;
    return slice;
  }

  /** From the back: a new window mostly begins after those that are open. */
  #insertStart(startMs: number): void {
    let index = this.#startsMs.length;
    while (index > 0 && (this.#startsMs[index - 1] ?? 0) > startMs) index--;
    this.#startsMs.splice(index, 0, startMs);
  }

  #passOnLate(value: unknown, timestampMs: number): void {
    if (this.#late === undefined) {
      this.#context.count('numLateRecordsDropped');
      return;
    }
    this.#context.count('numLateRecords');
    this.#late(value, timestampMs);
  }
}

function noTimestamp(operator: string): EngineError {
  return new EngineError(
    'JOB_INVALID',
    `${operator} got a record without a timestamp: give the source a watermark strategy with ` +
      '`timestamp: (record) => ...`, as in env.from(source, { watermarks: boundedOutOfOrderness(...) }).',
  );
}
