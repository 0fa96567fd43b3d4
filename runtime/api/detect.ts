// Detecting patterns of events in the records of each key: complex event processing (Flink: CEP.pattern(...).process(...)).

import type { z } from 'zod';
import { EngineError } from '../core/errors.ts';
import type { Key } from '../core/key-group.ts';
import {
  type DetectSpec,
  type MatchContext,
  type SelectMatch,
  type SkipStrategy,
} from '../operators/pattern-spec.ts';
import { recordTypeOf } from '../types/schema.ts';
import { lateTag, timedOutTag } from './output-tag.ts';
import { checkSteps, type DescribePattern, PatternStart } from './pattern.ts';
import { type KeyedStream, OperatorStream, type Stream } from './stream.ts';

/** What is told of a match besides its events. */
export interface DetectContext<K> extends MatchContext {
  readonly key: K & Key;
}

/** What other matches become after one was found; steps are named as in the pattern. */
export type Skip<Name> =
  | Extract<SkipStrategy, string>
  | { readonly toFirst: Name; readonly orFail?: boolean }
  | { readonly toLast: Name; readonly orFail?: boolean };

/** A match that is not complete: any of its steps may lack events. */
export type PartialOf<M> = {
  readonly [Name in keyof M]: M[Name] extends readonly (infer E)[] ? readonly E[] : never;
};

/** How matches are found and what becomes of them. */
export interface DetectOptions<T, K, M, Out, TimedOut> {
  /** One result a match. `match` holds the events of each step under its name. */
  readonly select: (match: M, context: DetectContext<K>) => Out;
  /** From the first event of a match to its last, less than this. */
  readonly withinMs?: number;
  /** A result for each match that time ran out on, read by `timedOut()`. */
  readonly timedOut?: (partial: PartialOf<M>, context: DetectContext<K>) => TimedOut;
  /** Which other matches go when one was found; none when left out. */
  readonly skip?: Skip<keyof M & string>;
  /** Events in the order of their timestamps, when the watermark has passed them; or as they come, by the clock. */
  readonly time?: 'event' | 'processing';
  /** The order of events of the same timestamp; that of arrival when left out. */
  readonly compare?: (left: T, right: T) => number;
  /** The most matches that one key may have begun and not ended; the job fails beyond. 100 000 when left out. */
  readonly partialMatchesMax?: number;
  /** Lays results out when they cross threads. */
  readonly type?: z.ZodType<Out>;
}

const PARTIAL_MATCHES_MAX = 100_000;

/**
 * Finds a pattern in the records of each key.
 *
 *     const thefts = detect(
 *       payments.keyBy('card'),
 *       (pattern) =>
 *         pattern
 *           .begin('probe', { where: (payment) => payment.amount < 1 })
 *           .next('theft', { where: (payment) => payment.amount > 500 }),
 *       { withinMs: 60_000, select: ({ theft }) => theft[0] },
 *     );
 */
export function detect<T, K extends Key, KeyFields, M, Out, TimedOut = never>(
  keyed: KeyedStream<T, K, KeyFields>,
  describe: DescribePattern<T, unknown, M>,
  options: DetectOptions<T, K, M, Out, TimedOut>,
): DetectStream<Out, T, TimedOut> {
  const { steps } = describe(new PatternStart());
  const { withinMs = Infinity, partialMatchesMax = PARTIAL_MATCHES_MAX, skip = 'none' } = options;
  checkPositive({ withinMs, partialMatchesMax });
  checkSteps(steps, withinMs);
  if (options.timedOut !== undefined && !hasTimeLimit(steps, withinMs)) {
    throw new EngineError(
      'JOB_INVALID',
      'A pattern without a time limit has no matches that time runs out on: set withinMs, or leave out timedOut.',
    );
  }
  const detection: DetectSpec = {
    pattern: { steps, withinMs, skip, partialMatchesMax },
    time: options.time ?? 'event',
    compare: options.compare as DetectSpec['compare'],
    select: options.select as SelectMatch,
    timedOut: options.timedOut as SelectMatch | undefined,
  };
  const outputType = options.type === undefined ? undefined : recordTypeOf(options.type);
  const { selector, stream } = keyed.handle;
  const node = keyed.handle.add(
    { kind: 'detect', selector, detection },
    { name: 'detect', outputType },
  );
  return new DetectStream(stream.builder, node);
}

function checkPositive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value > 0) continue;
    throw new EngineError('JOB_INVALID', `detect needs a positive ${name}, not ${value}.`);
  }
}

function hasTimeLimit(steps: DetectSpec['pattern']['steps'], withinMs: number): boolean {
  if (withinMs !== Infinity) return true;
  return steps.some((step) => {
    if (step.kind === 'group') return hasTimeLimit(step.steps, withinMs);
    return step.kind === 'event' && step.withinPreviousMs !== Infinity;
  });
}

/** The results of matches, and what did not become one. */
export class DetectStream<Out, In, TimedOut> extends OperatorStream<Out> {
  /** What `timedOut` made of matches that time ran out on. */
  timedOut(): Stream<TimedOut> {
    return this.sideOutput(timedOutTag<TimedOut>());
  }

  /** Records behind the watermark. Without a reader they are dropped and counted as `numLateRecordsDropped`. */
  late(): Stream<In> {
    return this.sideOutput(lateTag<In>());
  }
}
