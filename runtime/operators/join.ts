// The incremental join of two keyed inputs: every pair of rows of a key that belong together, as soon as both are there, and
// every change of it afterwards (Flink SQL: StreamingJoinOperator). Rows wait for ever, or as long as the side says.
//   I1. After each input change, the changes emitted so far amount to the join of the two inputs so far.
//   I2. An outer row without a match is in the result with `undefined` for the other side, and leaves it before the first
//       match enters.
//   I3. A result's timestamp is the later of its rows', so it does not depend on which of them came first.
//   I4. A row that was retained for its time is forgotten without being taken back.

import { invariant } from '../core/invariant.ts';
import type { Key } from '../core/key-group.ts';
import { TimerQueue } from '../time/timer-queue.ts';
import { ChangeEmitter } from './change-emitter.ts';
import type { RowChange } from './change-spec.ts';
import { type JoinRow, type JoinRows, JoinSide } from './join-side.ts';
import { KeyedValue } from './keyed-value.ts';
import type { Operator, OperatorContext } from './operator.ts';
import type { JoinSideSpec, RelationalSpec } from './relational-spec.ts';

type JoinSpec = Extract<RelationalSpec, { kind: 'join' }>;

export function createJoin(spec: JoinSpec, context: OperatorContext): Operator {
  return new Join(spec, context);
}

/** A side, and what it is joined with. */
interface Role {
  readonly side: JoinSide;
  readonly held: KeyedValue<JoinRows>;
  readonly isLeft: boolean;
  readonly expiry: TimerQueue;
  /** The role of the other side. */
  other: Role | undefined;
}

class Join implements Operator {
  readonly #context: OperatorContext;
  readonly #where: JoinSpec['where'];
  readonly #combine: JoinSpec['combine'];
  readonly #left: Role;
  readonly #right: Role;
  readonly #changes: ChangeEmitter | undefined;

  constructor(spec: JoinSpec, context: OperatorContext) {
    this.#context = context;
    this.#where = spec.where;
    this.#combine = spec.combine;
    this.#left = roleOf('left', spec.left, context);
    this.#right = roleOf('right', spec.right, context);
    this.#left.other = this.#right;
    this.#right.other = this.#left;
    this.#changes =
      spec.output === undefined
        ? undefined
        : new ChangeEmitter(spec.output, undefined, context, this.#left.held);
  }

  process(value: unknown, timestampMs: number): void {
    this.#take(this.#left, value, timestampMs);
  }

  processSecond(value: unknown, timestampMs: number): void {
    this.#take(this.#right, value, timestampMs);
  }

  advanceWatermark(watermarkMs: number): boolean {
    expire(this.#left, watermarkMs);
    expire(this.#right, watermarkMs);
    return this.#changes?.advance(watermarkMs) ?? true;
  }

  #take(role: Role, value: unknown, timestampMs: number): void {
    const { selector, isChangelog } = role.side.spec;
    try {
      const row = isChangelog ? (value as RowChange<unknown>).row : value;
      const key = selector.keyOf(row);
      role.held.moveTo(key);
      role.other?.held.moveTo(key);
      if (isChangelog) this.#change(role, value as RowChange<unknown>, timestampMs);
      else this.#replace(role, undefined, { row, timestampMs, matches: 0 });
    } catch (error) {
      throw this.#context.failure(error, value);
    }
  }

  #change(role: Role, { kind, row, before }: RowChange<unknown>, timestampMs: number): void {
    const { side } = role;
    const { primaryKey } = side.spec;
    const isKnown = kind !== '+I' || primaryKey !== undefined;
    const old = isKnown
      ? side.find(kind === '+U' && primaryKey === undefined ? before : row)
      : undefined;
    if (kind === '-D' && old === undefined) {
      this.#context.count('deletesOfUnknownRows'); // it was retained for its time, and is forgotten
      return;
    }
    this.#replace(role, old, kind === '-D' ? undefined : { row, timestampMs, matches: 0 });
  }

  /** Takes one row of a side out and puts another in; either may be missing. */
  #replace(role: Role, old: JoinRow | undefined, next: JoinRow | undefined): void {
    const { side, other } = role;
    invariant(other !== undefined, 'a join has two sides');
    if (old !== undefined) side.remove(old.row);
    if (side.spec.isOuter) this.#replaceUnmatched(role, old, next, other);
    for (const partner of other.side.rows()) this.#replacePair(role, old, next, partner);
    if (other.side.spec.isOuter) other.side.saveMatches();
    if (next === undefined) return;
    if (side.spec.isOuter && next.matches === 0 && old?.matches !== 0) {
      this.#insertAlone(role, next);
    }
    side.add(next);
    if (side.spec.retainMs !== undefined) {
      role.expiry.register(next.timestampMs + side.spec.retainMs, role.held.key);
    }
  }

  /** The results of a row that has no partner: they go before those with partners come. */
  #replaceUnmatched(
    role: Role,
    old: JoinRow | undefined,
    next: JoinRow | undefined,
    other: Role,
  ): void {
    if (old?.matches !== 0) return;
    const timestampMs = Math.max(old.timestampMs, next?.timestampMs ?? old.timestampMs);
    const before = this.#result(role, old.row, undefined);
    if (next !== undefined && !this.#hasPartner(role, next.row, other)) {
      this.#changes?.update(before, this.#result(role, next.row, undefined), timestampMs);
    } else {
      this.#changes?.delete(before, timestampMs);
    }
  }

  #hasPartner(role: Role, row: unknown, other: Role): boolean {
    if (this.#where === undefined) return other.side.size > 0;
    for (const partner of other.side.rows()) if (this.#matches(role, row, partner.row)) return true;
    return false;
  }

  #insertAlone(role: Role, next: JoinRow): void {
    this.#changes?.insert(this.#result(role, next.row, undefined), next.timestampMs);
  }

  /** The result of the changed row with one row of the other side. */
  #replacePair(
    role: Role,
    old: JoinRow | undefined,
    next: JoinRow | undefined,
    partner: JoinRow,
  ): void {
    const had = old !== undefined && this.#matches(role, old.row, partner.row);
    const has = next !== undefined && this.#matches(role, next.row, partner.row);
    if (has) next.matches++;
    if (had && has) {
      const timestampMs = Math.max(next.timestampMs, partner.timestampMs);
      const result = this.#result(role, next.row, partner.row);
      this.#changes?.update(this.#result(role, old.row, partner.row), result, timestampMs);
    } else if (had) {
      this.#deletePair(role, old, partner);
    } else if (has) {
      this.#insertPair(role, next, partner);
    }
  }

  #insertPair(role: Role, next: JoinRow, partner: JoinRow): void {
    const timestampMs = Math.max(next.timestampMs, partner.timestampMs);
    partner.matches++;
    const result = this.#result(role, next.row, partner.row);
    if (this.#changes === undefined) {
      this.#context.emit(result, timestampMs);
      return;
    }
    const { other } = role;
    if (partner.matches === 1 && other?.side.spec.isOuter === true) {
      this.#changes.delete(this.#result(other, partner.row, undefined), timestampMs);
    }
    this.#changes.insert(result, timestampMs);
  }

  #deletePair(role: Role, old: JoinRow, partner: JoinRow): void {
    const timestampMs = Math.max(old.timestampMs, partner.timestampMs);
    partner.matches--;
    this.#changes?.delete(this.#result(role, old.row, partner.row), timestampMs);
    const { other } = role;
    if (partner.matches === 0 && other?.side.spec.isOuter === true) {
      this.#insertAlone(other, partner);
    }
  }

  #matches(role: Role, mine: unknown, theirs: unknown): boolean {
    if (this.#where === undefined) return true;
    return role.isLeft ? this.#where(mine, theirs) : this.#where(theirs, mine);
  }

  #result(role: Role, mine: unknown, theirs: unknown): unknown {
    return role.isLeft ? this.#combine(mine, theirs) : this.#combine(theirs, mine);
  }
}

function roleOf(name: 'left' | 'right', spec: JoinSideSpec, context: OperatorContext): Role {
  const held = new KeyedValue<JoinRows>(name, context);
  return {
    side: new JoinSide(spec, held),
    held,
    isLeft: name === 'left',
    expiry: new TimerQueue(),
    other: undefined,
  };
}

function expire({ side, held, expiry }: Role, watermarkMs: number): void {
  const { retainMs } = side.spec;
  if (retainMs === undefined) return;
  for (;;) {
    const due: { readonly timeMs: number; readonly key: Key } | undefined =
      expiry.takeDue(watermarkMs);
    if (due === undefined) return;
    held.moveTo(due.key);
    side.expire(watermarkMs - retainMs); // with it the rows of later timers, which then find nothing to do
  }
}
