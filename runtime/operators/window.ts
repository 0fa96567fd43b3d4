// Keyed windows in event time whose bounds are the same for every key: Flink's WindowOperator with tumbling, sliding or
// cumulative windows, the event-time trigger and no allowed lateness. What the windows hold is left to due-windows.ts.
//   I1. A record is late iff the last millisecond of all its windows is at or below the watermark (Flink: isWindowLate); late
//       records go to the `late` output, or are dropped and counted when nobody listens. Any other record counts exactly in
//       its windows that are not.
//   I2. A window's results carry its last millisecond as their timestamp and are emitted once, when the watermark reaches it.
//   I3. Windows fire in order of their ends; firing stops while the outputs are full and goes on at the same key.

import { NO_TIMESTAMP } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';
import { createRowsMaker } from './accumulator-table.ts';
import { sliceLayoutOf } from './slice-layout.ts';
import type { Emit, Operator, OperatorContext } from './operator.ts';
import { LATE_OUTPUT, type OperatorSpec } from './spec.ts';
import type { DueWindow, DueWindows } from './due-windows.ts';
import { WindowSlices } from './window-slices.ts';
import { WindowTables } from './window-tables.ts';

type WindowSpec = Extract<OperatorSpec, { kind: 'window' }>;

/** An operator for `AlignedWindows`. */
export function createWindow(spec: WindowSpec, context: OperatorContext): Operator {
  return new WindowOperator(createContents(spec, context), context);
}

/** Overlapping windows share slices, when the accumulators of slices can be merged. */
function createContents(spec: WindowSpec, { stateMemory }: OperatorContext): DueWindows {
  const { windows, evaluation, selector } = spec;
  const makeRows = createRowsMaker(evaluation, selector.fields, stateMemory);
  const layout = sliceLayoutOf(windows);
  const canMerge = evaluation.kind === 'columns' || evaluation.merge !== undefined;
  return layout !== undefined && canMerge
    ? new WindowSlices(layout, selector.keyOf, makeRows, stateMemory)
    : new WindowTables(windows, selector.keyOf, makeRows, stateMemory);
}

class WindowOperator implements Operator {
  readonly #contents: DueWindows;
  readonly #context: OperatorContext;
  readonly #late: Emit | undefined;
  #firedKeys = 0; // positions of the due window that are done, while its firing is interrupted

  constructor(contents: DueWindows, context: OperatorContext) {
    this.#contents = contents;
    this.#context = context;
    this.#late = context.sideOutput(LATE_OUTPUT);
  }

  process(value: unknown, timestampMs: number): void {
    if (timestampMs === NO_TIMESTAMP) {
      throw this.#context.failure(noTimestamp(this.#context.name), value);
    }
    let isInTime: boolean;
    try {
      isInTime = this.#contents.add(value, timestampMs, this.#context.currentWatermark());
    } catch (error) {
      throw this.#context.failure(error, value);
    }
    if (!isInTime) this.#passOnLate(value, timestampMs);
  }

  advanceWatermark(watermarkMs: number): boolean {
    for (;;) {
      const due = this.#nextDue(watermarkMs);
      if (due === undefined) return true;
      if (!this.#fire(due)) return false;
      this.#contents.close();
    }
  }

  #nextDue(watermarkMs: number): DueWindow | undefined {
    try {
      return this.#contents.nextDue(watermarkMs);
    } catch (error) {
      throw this.#context.failure(error, undefined);
    }
  }

  #fire(due: DueWindow): boolean {
    const { emit } = this.#context;
    const timestampMs = due.window.endMs - 1;
    for (; this.#firedKeys < due.size; this.#firedKeys++) {
      if (!due.holds(this.#firedKeys)) continue;
      if (this.#context.isBlocked()) return false;
      emit(this.#resultOf(due, this.#firedKeys), timestampMs);
    }
    this.#firedKeys = 0;
    return true;
  }

  #resultOf(due: DueWindow, index: number): unknown {
    try {
      return due.result(index);
    } catch (error) {
      throw this.#context.failure(error, { key: due.keyAt(index), window: due.window });
    }
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
