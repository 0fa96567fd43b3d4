// Calls the function of a general window: keeps its states, per key and per key and window, and its context.
//   I1. The states of a window are dropped when the window is over, after the job's own `onClear`.

import type { Key } from '../core/key-group.ts';
import { HeapKeyedState } from '../state/heap-keyed-state.ts';
import type { WindowFunction, WindowFunctionContext } from './general-window-spec.ts';
import type { OperatorContext } from './operator.ts';
import { RecordContext } from './process.ts';
import type { TimeWindow } from './window-spec.ts';
import type { WindowEntry } from './window-table.ts';

/** The window function of one operator subtask. */
export class RunningWindowFunction {
  readonly #function: WindowFunction;
  readonly #state: HeapKeyedState;
  readonly #windowState: HeapKeyedState;
  readonly #context: FunctionContext;
  readonly #hasState: boolean;
  readonly #hasWindowState: boolean;

  constructor(definition: WindowFunction, operator: OperatorContext) {
    this.#function = definition;
    const { state, windowState } = definition;
    const { clock, keyGroups } = operator;
    this.#state = new HeapKeyedState(state, keyGroups, { clock });
    this.#windowState = new HeapKeyedState(windowState, keyGroups, { clock, hasNamespaces: true });
    this.#hasState = Object.keys(state).length > 0;
    this.#hasWindowState = Object.keys(windowState).length > 0;
    this.#context = new FunctionContext(operator, this.#state.states, this.#windowState.states);
  }

  call(entry: WindowEntry, input: unknown): void {
    this.#function.onWindow(input, this.#about(entry));
  }

  /** The window is over. */
  clear(entry: WindowEntry): void {
    const { onClear } = this.#function;
    if (onClear === undefined && !this.#hasWindowState) return;
    const context = this.#about(entry);
    onClear?.(context);
    this.#clearWindowState(); // I1
  }

  /** Drops the states of the key that was called about last, and of its windows that are still open. */
  endKey(open: readonly WindowEntry[]): void {
    const last = this.#context.entry;
    if (last === undefined) return;
    for (const entry of [last, ...open]) {
      this.#about(entry);
      this.#clearWindowState();
    }
    for (const state of Object.values(this.#state.states)) state.clear();
    this.#context.entry = undefined;
  }

  #clearWindowState(): void {
    for (const state of Object.values(this.#windowState.states)) state.clear();
  }

  #about(entry: WindowEntry): FunctionContext {
    const { key, keyGroup } = entry.owner;
    if (this.#hasState) this.#state.setCurrentKey(key, keyGroup);
    if (this.#hasWindowState) {
      this.#windowState.setCurrentKey(key, keyGroup);
      this.#windowState.setCurrentNamespace([entry.window.startMs, entry.window.endMs]);
    }
    this.#context.entry = entry;
    this.#context.timestampMs = entry.window.endMs - 1;
    return this.#context;
  }
}

/** What the job's functions see; one object for all windows. */
class FunctionContext extends RecordContext implements WindowFunctionContext {
  entry: WindowEntry | undefined;
  readonly state: Readonly<Record<string, unknown>>;
  readonly windowState: Readonly<Record<string, unknown>>;

  constructor(
    operator: OperatorContext,
    state: Readonly<Record<string, unknown>>,
    windowState: Readonly<Record<string, unknown>>,
  ) {
    super(operator);
    this.state = state;
    this.windowState = windowState;
  }

  get key(): Key {
    return this.#current.owner.key;
  }

  get window(): TimeWindow {
    return this.#current.window;
  }

  get nowMs(): number {
    return this.context.clock.nowMs();
  }

  get #current(): WindowEntry {
    return this.entry as WindowEntry; // set before every call of the function
  }
}
