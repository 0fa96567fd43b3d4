// A pattern of events as a job describes it: plain values that hold the job's functions. `runtime/cep/` turns the steps into
// an automaton. The words are Flink's (libs/cep): `strict` is `next`, `relaxed` is `followedBy`, `any` is `followedByAny`.

import type { Key } from '../core/key-group.ts';
import type { OutputTag } from './output-tag-spec.ts';

/** What may lie between two neighbouring events of a match. */
export type Contiguity = 'strict' | 'relaxed' | 'any';

/** The events of a match by the name of their step, in order of time; a step that took none has an empty array. */
export type MatchedEvents = Readonly<Record<string, readonly unknown[]>>;

/** The times that a condition may ask for. */
export interface PatternTime {
  /** Of the event in hand. */
  readonly timestampMs: number;
  /** The clock's. */
  readonly nowMs: number;
}

/** Whether an event fits a step, given what the match at hand has taken so far. */
export type Condition = (event: unknown, matched: MatchedEvents, time: PatternTime) => boolean;

/** How often a step takes an event, or a group is passed through. */
export interface Quantifier {
  readonly from: number;
  /** `Infinity` for a loop without an end. */
  readonly to: number;
  readonly isOptional: boolean;
  /** Events that fit this step are never left to the next one. */
  readonly isGreedy: boolean;
  /** Between the events of the step. */
  readonly contiguity: Contiguity;
  /** An event that ends a loop. */
  readonly until: Condition | undefined;
}

/** Takes events. */
export interface EventStep {
  readonly kind: 'event';
  readonly name: string;
  readonly where: Condition;
  /** To the step before. */
  readonly contiguity: Contiguity;
  readonly quantifier: Quantifier;
  /** Between each event of the step and the event of the match before it, less than this; `Infinity` for any time. */
  readonly withinPreviousMs: number;
}

/** Steps that are repeated as one. */
export interface GroupStep {
  readonly kind: 'group';
  readonly steps: readonly PatternStep[];
  readonly contiguity: Contiguity;
  readonly quantifier: Quantifier;
}

/** An event that must not come: next (`strict`), or before what follows (`relaxed`). */
export interface NotStep {
  readonly kind: 'not';
  readonly name: string;
  readonly where: Condition;
  readonly contiguity: 'strict' | 'relaxed';
}

/** One step of a pattern. */
export type PatternStep = EventStep | GroupStep | NotStep;

/**
 * What becomes of other matches after one was found. `to-next`: those that begin with the same event are dropped.
 * `past-last-event`: all that have begun. `toFirst`, `toLast`: those that began before the first or last event of that step;
 * when the match has none, none is dropped, or with `orFail` the job fails.
 */
export type SkipStrategy =
  | 'none'
  | 'to-next'
  | 'past-last-event'
  | { readonly toFirst: string; readonly orFail?: boolean }
  | { readonly toLast: string; readonly orFail?: boolean };

/** A pattern with what holds for it as a whole. */
export interface PatternSpec {
  readonly steps: readonly PatternStep[];
  /** From the first event to the last, less than this; `Infinity` for any time. */
  readonly withinMs: number;
  readonly skip: SkipStrategy;
  /** Of one key. More than that fail the job: a pattern without an end of its matches would take all memory. */
  readonly partialMatchesMax: number;
}

/** What is told of a match besides its events. */
export interface MatchContext {
  readonly key: Key;
  /** Of the event that completed the match, or of the moment when time ran out. */
  readonly timestampMs: number;
  readonly nowMs: number;
  readonly output: <Side>(tag: OutputTag<Side>, value: NoInfer<Side>) => void;
}

/** Makes a result of a match. */
export type SelectMatch = (match: MatchedEvents, context: MatchContext) => unknown;

/** How a pattern is detected in the records of each key, and what becomes of its matches. */
export interface DetectSpec {
  readonly pattern: PatternSpec;
  readonly time: 'event' | 'processing';
  /** The order of events of the same time; that of arrival when undefined. */
  readonly compare: ((left: unknown, right: unknown) => number) | undefined;
  readonly select: SelectMatch;
  /** Of a match that time ran out on. Its results go to the output `TIMED_OUT_OUTPUT`. */
  readonly timedOut: SelectMatch | undefined;
}

/** The tag of partial matches that time ran out on. */
export const TIMED_OUT_OUTPUT = 'timed-out';
