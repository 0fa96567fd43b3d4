// Running aggregates by key: a result row a key, corrected with every record. Over changelogs too: what was counted is
// taken back when its row changes or goes.

import { EngineError } from '../core/errors.ts';
import type { Key } from '../core/key-group.ts';
import type { ChangelogOutput } from '../operators/change-spec.ts';
import type { GroupColumnSpec } from '../operators/relational-spec.ts';
import type { OperatorSpec } from '../operators/spec.ts';
import type { Aggregate, DistinctCount, Filtered } from './aggregate.ts';
import { ChangelogStream, KeyedChangelog } from './changelog.ts';
import { selectFields } from './key-selector.ts';
import { inputOf, type KeyedRows } from './relational-input.ts';
import { OperatorStream } from './stream.ts';

/** Fields of T that hold a V, or nothing. */
type FieldOf<T, V> = {
  [Field in keyof T & string]: T[Field] extends V | null | undefined ? Field : never;
}[keyof T & string];

type PlainColumn<T> =
  | Aggregate<never, 'count'>
  | Aggregate<FieldOf<T, number>, 'sum' | 'average'>
  | Aggregate<FieldOf<T, number | string | bigint>, 'min' | 'max'>
  | DistinctCount<keyof T & string>;

/** What a column of a running aggregate over rows of type T may be. */
export type GroupColumn<T> = PlainColumn<T> | Filtered<T, PlainColumn<T>>;

/** Null and undefined do not count, so there may be nothing to take the extreme or average of. */
type Missing<Value> = Extract<Value, null | undefined> extends never ? never : undefined;

type PlainResult<T, Column> = Column extends {
  readonly function: 'count' | 'sum' | 'count-distinct';
}
  ? number
  : Column extends Aggregate<infer Field, 'average'>
    ? number | Missing<T[Field & keyof T]>
    : Column extends Aggregate<infer Field, 'min' | 'max'>
      ? NonNullable<T[Field & keyof T]> | Missing<T[Field & keyof T]>
      : never;

type FilteredResult<T, Column> = Column extends {
  readonly function: 'count' | 'sum' | 'count-distinct';
}
  ? number
  : PlainResult<T, Column> | undefined;

/** The result row: the key's fields, and a value a column. */
export type GroupResult<T, KeyFields, Columns> = KeyFields & {
  readonly [Name in keyof Columns]: Columns[Name] extends Filtered<never, infer Column>
    ? FilteredResult<T, Column>
    : PlainResult<T, Columns[Name]>;
};

/** The aggregates of each key, as they change; the key is the primary key of the result. */
export function groupAggregate<
  T,
  K extends Key,
  KeyFields,
  const Columns extends Readonly<Record<string, GroupColumn<T>>>,
>(
  rows: KeyedRows<T, K, KeyFields>,
  columns: Columns,
  options: { readonly emit?: ChangelogOutput['emit'] } = {},
): ChangelogStream<
  GroupResult<T, KeyFields, Columns>,
  keyof KeyFields & keyof GroupResult<T, KeyFields, Columns> & string
> {
  const { handle, input } = inputOf(rows);
  if (rows instanceof KeyedChangelog) rows.askForBefore();
  const keyFields = input.selector.fields ?? ['key'];
  const list = Object.entries(columns).map(([name, column]) => describe(name, column, keyFields));
  const output: ChangelogOutput = { emitsBefore: false, emit: options.emit ?? 'changes' };
  const primaryKey = selectFields(keyFields);
  const spec: OperatorSpec = {
    kind: 'group-aggregate',
    input,
    columns: list,
    output,
    outputKey: primaryKey,
  };
  const node = handle.add(spec, { name: 'aggregate', reads: readsOf(input, list) });
  return new ChangelogStream(new OperatorStream(handle.stream.builder, node), {
    output,
    primaryKey,
  });
}

function describe<T>(
  name: string,
  column: GroupColumn<T>,
  keyFields: readonly string[],
): GroupColumnSpec {
  if (keyFields.includes(name)) {
    throw new EngineError(
      'JOB_INVALID',
      `The aggregate column "${name}" has the name of a key field: call it something else.`,
    );
  }
  if (!('of' in column)) {
    return { name, function: column.function, field: column.field, where: undefined };
  }
  const where = ((row: T) => column.where(row)) as GroupColumnSpec['where'];
  return { name, function: column.of.function, field: column.of.field, where };
}

/** Functions of the job may read anything, and changes wrap their rows: then all fields are needed. */
function readsOf(
  { selector, isChangelog }: ReturnType<typeof inputOf>['input'],
  columns: readonly GroupColumnSpec[],
): readonly string[] | undefined {
  const isKnown = columns.every(({ where }) => where === undefined);
  if (!isKnown || isChangelog || selector.fields === undefined) return undefined;
  return [...new Set([...selector.fields, ...columns.flatMap(({ field }) => field ?? [])])];
}
