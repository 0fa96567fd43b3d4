// Running aggregates of each key (Flink SQL: GroupAggFunction): every record changes the result row of its key.
//   I1. A key has a result row as long as it has rows.
//   I2. A change that leaves every column as it was emits nothing.

import type { Key } from '../core/key-group.ts';
import { ChangeEmitter } from './change-emitter.ts';
import type { RowChange } from './change-spec.ts';
import { createGroupColumns, type GroupColumn } from './group-columns.ts';
import { KeyedValue } from './keyed-value.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { RelationalSpec } from './relational-spec.ts';

type GroupAggregateSpec = Extract<RelationalSpec, { kind: 'group-aggregate' }>;

export function createGroupAggregate(spec: GroupAggregateSpec, context: OperatorContext): Operator {
  return new GroupAggregate(spec, context);
}

interface Group {
  rows: number;
  readonly cells: unknown[];
  /** The columns as they were emitted last. */
  results: readonly unknown[];
}

class GroupAggregate implements Operator {
  readonly #input: GroupAggregateSpec['input'];
  readonly #context: OperatorContext;
  readonly #columns: readonly GroupColumn[];
  readonly #rowOf: (key: Key, results: readonly unknown[]) => unknown;
  readonly #held: KeyedValue<Group>;
  readonly #changes: ChangeEmitter;

  constructor(spec: GroupAggregateSpec, context: OperatorContext) {
    this.#input = spec.input;
    this.#context = context;
    this.#columns = createGroupColumns(spec.columns, spec.input.isChangelog);
    const names = spec.columns.map((column) => column.name);
    this.#rowOf = compileRow(spec.input.selector.fields, names);
    this.#held = new KeyedValue('group', context);
    this.#changes = new ChangeEmitter(spec.output, spec.outputKey, context, this.#held);
  }

  process(value: unknown, timestampMs: number): void {
    const { selector, isChangelog } = this.#input;
    try {
      if (!isChangelog) {
        this.#held.moveTo(selector.keyOf(value));
        const group = this.#held.get() ?? this.#newGroup();
        this.#apply(group, value, 1);
        this.#tell(group, timestampMs);
        return;
      }
      const { kind, row, before } = value as RowChange<unknown>;
      this.#held.moveTo(selector.keyOf(row));
      const group = this.#held.get() ?? (kind === '+I' ? this.#newGroup() : undefined);
      if (group === undefined) {
        this.#context.count('deletesOfUnknownRows');
        return;
      }
      if (kind === '+U') this.#apply(group, before, -1);
      this.#apply(group, row, kind === '-D' ? -1 : 1);
      this.#tell(group, timestampMs);
    } catch (error) {
      throw this.#context.failure(error, value);
    }
  }

  advanceWatermark(watermarkMs: number): boolean {
    return this.#changes.advance(watermarkMs);
  }

  #newGroup(): Group {
    const cells: unknown[] = [];
    for (const column of this.#columns) column.start(cells);
    return { rows: 0, cells, results: NONE };
  }

  #apply(group: Group, row: unknown, by: 1 | -1): void {
    group.rows += by;
    for (const column of this.#columns) column.apply(group.cells, row, by);
  }

  #tell(group: Group, timestampMs: number): void {
    const { key } = this.#held;
    const before = group.results;
    if (group.rows === 0) {
      this.#held.clear();
      this.#changes.delete(this.#rowOf(key, before), timestampMs);
      return;
    }
    const results = this.#columns.map((column) => column.result(group.cells));
    group.results = results;
    this.#held.set(group);
    if (before === NONE) {
      this.#changes.insert(this.#rowOf(key, results), timestampMs);
    } else if (results.some((result, index) => result !== before[index])) {
      const old = this.#changes.needsBefore ? this.#rowOf(key, before) : undefined;
      this.#changes.update(old, this.#rowOf(key, results), timestampMs);
    }
  }
}

const NONE: readonly unknown[] = [];

/** An object literal of known fields, so that all result rows have one shape. */
function compileRow(
  keyFields: readonly string[] | undefined,
  columns: readonly string[],
): (key: Key, results: readonly unknown[]) => unknown {
  const [only, ...others] = keyFields ?? ['key'];
  const keys =
    others.length === 0
      ? [`[${JSON.stringify(only)}]: key`]
      : (keyFields ?? []).map((field, index) => `[${JSON.stringify(field)}]: key[${index}]`);
  const values = columns.map((name, index) => `[${JSON.stringify(name)}]: results[${index}]`);
  // Names enter the code only through JSON.stringify.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a literal gives one hidden class per column set
  return new Function('key', 'results', `return { ${[...keys, ...values].join(', ')} };`) as (
    key: Key,
    results: readonly unknown[],
  ) => unknown;
}
