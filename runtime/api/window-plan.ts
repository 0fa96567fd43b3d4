// Which operator windows become: `window` for the plainest kind, whose keys share a table, `general-window` for all others.
// What cannot work together is refused here, when the job is described.
//   I1. Merging windows have a trigger, an aggregate and states that can follow a merge.

import { EngineError } from '../core/errors.ts';
import type { Key, KeyPart } from '../core/key-group.ts';
import type { LogicalNode } from '../graph/logical.ts';
import type {
  GeneralWindow,
  Trigger,
  WindowFold,
  WindowFunction,
  WindowInput,
  WindowsSpec,
} from '../operators/general-window-spec.ts';
import type {
  AggregateColumn,
  AlignedWindows,
  KeySelector,
  OperatorSpec,
  RichFunctions,
  TimeWindow,
} from '../operators/spec.ts';
import type { RecordType } from '../types/record-type.ts';
import type { AggregateFunction } from './aggregate.ts';
import { countEvictor } from './evictors.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { KeyedHandle, StreamHandle } from './stream-handle.ts';
import {
  countTrigger,
  eventTimeTrigger,
  neverTrigger,
  processingTimeTrigger,
  purging,
} from './triggers.ts';
import type { Then, ToResult, WindowOptions } from './window-functions.ts';

/** What becomes of a window's input: named columns, one result, or what the job's functions emit. */
export type WindowOutcome =
  | { readonly kind: 'columns' }
  | {
      readonly kind: 'result';
      readonly toResult: (input: unknown, key: Key, window: TimeWindow) => unknown;
    }
  | {
      readonly kind: 'process';
      readonly function: WindowFunction;
      readonly lifecycle: RichFunctions;
    };

interface Evaluation {
  readonly verb: string;
  readonly input: WindowInput;
  readonly outcome: WindowOutcome;
  readonly outputType?: RecordType | undefined;
}

/** Windows on their way to an operator. */
export class WindowPlan {
  readonly #input: KeyedHandle | StreamHandle;
  readonly #selector: KeySelector | undefined;
  readonly #windows: WindowsSpec;
  readonly #options: WindowOptions<unknown>;

  constructor(
    input: KeyedHandle | StreamHandle,
    windows: WindowsSpec,
    options: WindowOptions<unknown>,
  ) {
    this.#input = input;
    this.#selector = 'selector' in input ? input.selector : undefined;
    this.#windows = windows;
    this.#options = options;
    checkLateness(windows, options.allowedLatenessMs ?? 0);
    if (windows.kind === 'global' && options.trigger === undefined) {
      throw invalid('A global window never ends, so it never fires by itself: give it a trigger.');
    }
    if (isMerging(windows) && this.#trigger.onMerge === undefined) {
      throw invalid(
        `The trigger "${this.#trigger.label}" cannot be used with ${nameOf(windows)}: they merge, and it has no ` +
          '`onMerge` to follow.',
      );
    }
  }

  /** Adds the operator. */
  add({ verb, input, outcome, outputType }: Evaluation): LogicalNode {
    const name = `window: ${verb}`;
    const selector = this.#selector;
    const plain = this.#plainSpec(input, outcome);
    if (plain !== undefined)
      return this.#input.add(plain, { name, outputType, reads: this.#reads(input) });
    this.#checkMerging(input, outcome);
    const spec: OperatorSpec = {
      kind: 'general-window',
      selector,
      window: this.#generalWindow(input, outcome),
      lifecycle: outcome.kind === 'process' ? outcome.lifecycle : undefined,
    };
    const node = this.#input.add(spec, { name, outputType, reads: this.#reads(input) });
    if (selector === undefined) node.parallelism = 1;
    return node;
  }

  get builder(): GraphBuilder {
    return 'stream' in this.#input ? this.#input.stream.builder : this.#input.builder;
  }

  /** The names that results of columns have besides; a column must not hide them. */
  get takenNames(): readonly string[] {
    return this.#selector === undefined ? [] : (this.#selector.fields ?? ['key']);
  }

  get #trigger(): Trigger<unknown> {
    const { trigger } = this.#options;
    if (trigger !== undefined) return trigger;
    if (this.#windows.kind === 'global') return neverTrigger();
    return isEventTime(this.#windows) ? eventTimeTrigger() : processingTimeTrigger();
  }

  /** Of windows that fire once, at their end, with an accumulator. */
  #plainSpec(input: WindowInput, outcome: WindowOutcome): OperatorSpec | undefined {
    const selector = this.#selector;
    const windows = this.#windows;
    const { trigger, evictor, allowedLatenessMs = 0 } = this.#options;
    const isDefault = trigger === undefined && evictor === undefined && allowedLatenessMs === 0;
    if (selector === undefined || !isDefault || !isAligned(windows)) return undefined;
    if (input.kind === 'columns' && outcome.kind === 'columns') {
      return { kind: 'window', selector, windows, evaluation: input };
    }
    if (input.kind !== 'fold' || outcome.kind !== 'result') return undefined;
    const { create, add, merge, result } = startedFold(input.fold);
    const { toResult } = outcome;
    return {
      kind: 'window',
      selector,
      windows,
      evaluation: {
        kind: 'general',
        create,
        add,
        merge,
        result: (accumulator, key, window) => toResult(result(accumulator), key, window),
      },
    };
  }

  #generalWindow(input: WindowInput, outcome: WindowOutcome): GeneralWindow {
    return {
      windows: this.#windows,
      trigger: this.#trigger,
      evictor: this.#options.evictor,
      allowedLatenessMs: this.#options.allowedLatenessMs ?? 0,
      input,
      function: this.#functionOf(outcome),
    };
  }

  #functionOf(outcome: WindowOutcome): WindowFunction {
    switch (outcome.kind) {
      case 'process':
        return outcome.function;
      case 'columns':
        return emitting(namedColumns(this.#selector, this.#windows.kind !== 'global'));
      case 'result':
        return emitting(outcome.toResult);
    }
  }

  #checkMerging(input: WindowInput, outcome: WindowOutcome): void {
    if (!isMerging(this.#windows)) return;
    const keepsRecords = this.#options.evictor !== undefined;
    if (input.kind === 'fold' && input.fold.merge === undefined && !keepsRecords) {
      throw invalid(
        `${nameOf(this.#windows)} merge, and so must what they hold: give the aggregate a ` +
          '`merge(left, right)` function.',
      );
    }
    if (outcome.kind === 'process' && Object.keys(outcome.function.windowState).length > 0) {
      throw invalid(
        `${nameOf(this.#windows)} merge, and \`windowState\` cannot follow: keep it in \`state\`, by key.`,
      );
    }
  }

  /** The fields that are needed, when nothing but declared columns sees the records. */
  #reads(input: WindowInput): readonly string[] | undefined {
    const fields = this.#selector === undefined ? [] : this.#selector.fields;
    const { trigger, evictor } = this.#options;
    if (input.kind !== 'columns' || fields === undefined) return undefined;
    if (trigger !== undefined || evictor !== undefined || seesRecords(this.#windows))
      return undefined;
    const read = [...fields];
    for (const { field, where } of input.columns) {
      if (where !== undefined && where.reads === undefined) return undefined;
      read.push(...(field === undefined ? [] : [field]), ...(where?.reads ?? []));
    }
    return [...new Set(read)];
  }
}

/** What makes count windows of a global one, as Flink composes them. */
export function countOptions<T>(size: number, slide: number | undefined): WindowOptions<T> {
  if (slide === undefined) return { trigger: purging(countTrigger(size)) };
  return { trigger: countTrigger(slide), evictor: countEvictor(size) };
}

/** The fold of the job's own accumulator. */
export function accumulating<T, Accumulator>(
  aggregate: AggregateFunction<T, Accumulator, unknown>,
): WindowInput {
  return {
    kind: 'fold',
    fold: {
      create: () => aggregate.create(),
      add: (accumulator, value) => aggregate.add(accumulator as Accumulator, value as T),
      merge:
        aggregate.merge === undefined
          ? undefined
          : (left, right) => aggregate.merge?.(left as Accumulator, right as Accumulator),
      result: (accumulator) => aggregate.result(accumulator as Accumulator),
    },
  };
}

/** The fold of two-by-two combining. */
export function reducing<T>(combine: (left: T, right: T) => T): WindowInput {
  const fold = combine as (left: unknown, right: unknown) => unknown;
  return {
    kind: 'fold',
    fold: { create: undefined, add: fold, merge: fold, result: (accumulator) => accumulator },
  };
}

/** What the second argument of `accumulate`, `reduce` and `process` says: a result, functions, or nothing. */
export function outcomeOf(then: Then | undefined): WindowOutcome {
  if (then === undefined) return { kind: 'result', toResult: (input) => input };
  if (typeof then === 'function') {
    return { kind: 'result', toResult: then as ToResult<unknown, Key, unknown> };
  }
  const { state = {}, windowState = {}, onWindow, onClear, open, close } = then;
  return {
    kind: 'process',
    lifecycle: { open, close },
    function: { state, windowState, onWindow, onClear } as unknown as WindowFunction,
  };
}

/** Throws `JOB_INVALID` when a column would hide a key field (`taken`) or a bound of the window. */
export function checkColumnNames(
  columns: readonly AggregateColumn[],
  taken: readonly string[],
): void {
  const reserved = [...taken, 'windowStartMs', 'windowEndMs'];
  for (const { name } of columns) {
    if (!reserved.includes(name)) continue;
    throw invalid(
      `The aggregate column "${name}" has the name of a key field or window bound: call it something else.`,
    );
  }
}

function emitting(toResult: ToResult<unknown, Key, unknown>): WindowFunction {
  return {
    state: {},
    windowState: {},
    onWindow: (input, { key, window, emit }) => {
      emit(toResult(input, key, window));
    },
    onClear: undefined,
  };
}

/** Puts the key and the bounds in front of the columns. */
function namedColumns(
  selector: KeySelector | undefined,
  hasBounds: boolean,
): ToResult<unknown, Key, unknown> {
  const names = selector === undefined ? [] : (selector.fields ?? ['key']);
  return (columns, key, window) => {
    const parts = names.length > 1 ? (key as readonly KeyPart[]) : [key];
    return {
      ...Object.fromEntries(names.map((name, index) => [name, parts[index]])),
      ...(hasBounds ? { windowStartMs: window.startMs, windowEndMs: window.endMs } : {}),
      ...(columns as object),
    };
  };
}

/** A fold with an accumulator to begin with. */
function startedFold(fold: WindowFold): Omit<WindowFold, 'create'> & { create: () => unknown } {
  const { create, add, merge } = fold;
  if (create !== undefined) return { ...fold, create };
  return {
    ...fold,
    create: () => undefined,
    add: (accumulator, value) => (accumulator === undefined ? value : add(accumulator, value)),
    merge:
      merge === undefined
        ? undefined
        : (left, right) => {
            if (left === undefined || right === undefined) return left ?? right;
            return merge(left, right);
          },
  };
}

function isAligned(windows: WindowsSpec): windows is AlignedWindows {
  return ['tumbling', 'sliding', 'cumulative'].includes(windows.kind);
}

function isEventTime(windows: WindowsSpec): boolean {
  switch (windows.kind) {
    case 'tumbling':
    case 'sliding':
    case 'cumulative':
      return true;
    case 'session':
    case 'days':
      return windows.time === 'event';
    case 'custom':
      return windows.assigner.time === 'event';
    case 'processing-time':
    case 'global':
      return false;
  }
}

function isMerging(windows: WindowsSpec): boolean {
  if (windows.kind === 'custom') return windows.assigner.merge !== undefined;
  return windows.kind === 'session';
}

function seesRecords(windows: WindowsSpec): boolean {
  if (windows.kind === 'session') return typeof windows.gapMs === 'function';
  return windows.kind === 'custom';
}

function nameOf(windows: WindowsSpec): string {
  return windows.kind === 'custom' ? windows.assigner.label : `${windows.kind} windows`;
}

function checkLateness(windows: WindowsSpec, allowedLatenessMs: number): void {
  if (!Number.isSafeInteger(allowedLatenessMs) || allowedLatenessMs < 0) {
    throw invalid(
      `allowedLatenessMs is ${allowedLatenessMs}: give a whole number of milliseconds, 0 or more.`,
    );
  }
  if (allowedLatenessMs === 0 || isEventTime(windows)) return;
  throw invalid(
    `Nothing is late in ${nameOf(windows)} that are not of event time: leave allowedLatenessMs out.`,
  );
}

function invalid(message: string): EngineError {
  return new EngineError('JOB_INVALID', message);
}
