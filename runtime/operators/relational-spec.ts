// The operators of relational algebra over streams and changelogs, as a job describes them: joins, running aggregates,
// top-n, deduplication, and what turns changes into rows and back. See `relational.ts` for their makers.

import type { Key } from '../core/key-group.ts';
import type { ChangelogOutput } from './change-spec.ts';
import type { KeySelector } from './key-selector-spec.ts';

/** One keyed input: plain records, each a row that stays, or the changes of a changelog. Selectors are given rows. */
export interface RelationalInput {
  readonly selector: KeySelector;
  readonly isChangelog: boolean;
  /** Finds a row of a changelog; without it, rows are found by their content. */
  readonly primaryKey: KeySelector | undefined;
}

/** A side of a join. */
export interface JoinSideSpec extends RelationalInput {
  /** At most one row a join key: the key is the primary key. */
  readonly isUnique: boolean;
  /** Its rows are in the result even without a match. */
  readonly isOuter: boolean;
  /** How long in event time a row waits for matches; undefined: for ever. */
  readonly retainMs: number | undefined;
}

/** One column of a running aggregate. */
export interface GroupColumnSpec {
  readonly name: string;
  readonly function: 'count' | 'sum' | 'min' | 'max' | 'average' | 'count-distinct';
  /** Undefined for `count`. */
  readonly field: string | undefined;
  /** Only rows for which it is true count. */
  readonly where: ((row: unknown) => boolean) | undefined;
}

/** The tags under which an interval join emits records that came too late. */
export const LATE_LEFT_OUTPUT = 'late-left';
export const LATE_RIGHT_OUTPUT = 'late-right';

/** Every kind. */
export type RelationalSpec =
  | {
      readonly kind: 'join';
      readonly left: JoinSideSpec;
      readonly right: JoinSideSpec;
      readonly where: ((left: unknown, right: unknown) => boolean) | undefined;
      /** An undefined row stands for "no match". */
      readonly combine: (left: unknown, right: unknown) => unknown;
      /** Undefined when nothing is ever taken back: results are plain records then. */
      readonly output: ChangelogOutput | undefined;
    }
  | {
      readonly kind: 'collapse';
      readonly primaryKey: KeySelector | undefined;
      /** By which fields the changes were dealt out, if by any. */
      readonly routedBy: KeySelector | undefined;
    }
  | {
      readonly kind: 'primary-key';
      readonly primaryKey: KeySelector;
      /**
       * Changes are those of `Change`, in order, and find their row by the primary key alone; otherwise rows of equal key
       * are told apart by content.
       */
      readonly isUpsert: boolean;
      readonly output: ChangelogOutput;
    }
  | {
      readonly kind: 'top-n';
      readonly input: RelationalInput;
      readonly n: number;
      readonly compare: (left: unknown, right: unknown) => number;
      readonly rankField: string | undefined;
      readonly output: ChangelogOutput;
      readonly outputKey: KeySelector | undefined;
    }
  | {
      readonly kind: 'group-aggregate';
      readonly input: RelationalInput;
      readonly columns: readonly GroupColumnSpec[];
      readonly output: ChangelogOutput;
      readonly outputKey: KeySelector | undefined;
    }
  | {
      readonly kind: 'deduplicate';
      readonly selector: KeySelector;
      readonly by: 'event-time' | 'arrival';
      /** Undefined when the first row is kept, which is never taken back. */
      readonly output: ChangelogOutput | undefined;
      readonly outputKey: KeySelector | undefined;
    }
  | {
      readonly kind: 'interval-join';
      readonly left: KeySelector;
      readonly right: KeySelector;
      /** Both inclusive. */
      readonly lowerMs: number;
      readonly upperMs: number;
      readonly combine: (left: unknown, right: unknown) => unknown;
    }
  | {
      readonly kind: 'temporal-join';
      readonly left: KeySelector;
      readonly versions: RelationalInput;
      /** A left record without a valid version is in the result, with undefined. */
      readonly isOuter: boolean;
      readonly combine: (left: unknown, version: unknown) => unknown;
    }
  | {
      readonly kind: 'broadcast-join';
      readonly leftKey: (row: unknown) => Key;
      readonly rightKey: (row: unknown) => Key;
      readonly isChangelog: boolean;
      readonly isOuter: boolean;
      readonly combine: (left: unknown, right: unknown) => unknown;
    };
