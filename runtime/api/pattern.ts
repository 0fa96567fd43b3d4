// Patterns of events as a job writes them: steps one after another, each with a name under which a match holds its events.
// The types follow the calls: names are literal, a `where` that is a type guard narrows the events of its step, and a step
// that takes exactly one event has a tuple of one in the match. Detecting them is `detect.ts`.

import { EngineError } from '../core/errors.ts';
import type {
  Condition,
  Contiguity,
  EventStep,
  NotStep,
  PatternStep,
  PatternTime,
  Quantifier,
} from '../operators/pattern-spec.ts';

/** How often a step takes an event: exactly, or from so many up to so many, without an end when `to` is left out. */
export type Times = number | { readonly from: number; readonly to?: number };

/** Whether an event fits. `matched` is what the match at hand has taken so far, this step's events included. */
export type StepCondition<T, M> = (event: T, matched: M, time: PatternTime) => boolean;

/** What may be said of a step, or of a group of steps. */
export interface RepeatOptions {
  /** Once when left out. */
  readonly times?: Times;
  /** What may lie between the repeated events: `relaxed` when left out. */
  readonly contiguity?: Contiguity;
  /** The step may take no event at all. */
  readonly optional?: boolean;
}

/** What may be said of a step. */
export interface StepOptions<T, M> extends RepeatOptions {
  /** Every event fits when left out. */
  readonly where?: StepCondition<T, M>;
  /** An event that could be taken here is never left to the next step. Only with `times` from … to. */
  readonly greedy?: boolean;
  /** An event that ends the repetition. Only with `times` without an end. */
  readonly until?: StepCondition<T, M>;
  /** Less than this has passed since the event of the match before, for each event of the step. */
  readonly withinPreviousMs?: number;
}

/** What may be said of a group of steps. */
export interface GroupOptions<T, M> extends RepeatOptions {
  /** An event that ends the repetition. Only with `times` without an end. */
  readonly until?: StepCondition<T, M>;
}

/** What must be said of an event that must not come. */
export interface NotOptions<T, M> {
  readonly where: StepCondition<T, M>;
}

type Guarded<T, Options> = Options extends {
  readonly where: (event: T, ...rest: never[]) => event is infer Narrow extends T;
}
  ? Narrow
  : T;

/** As many as the options let a step take. */
type Repeated<E, Options> = Options extends { readonly optional: boolean }
  ? Options['optional'] extends false
    ? Counted<E, Options>
    : readonly E[]
  : Counted<E, Options>;
type Counted<E, Options> = Options extends { readonly times: Times }
  ? readonly [E, ...E[]]
  : readonly [E];

type WithStep<T, M, Name extends string, Options> = M & {
  readonly [N in Name]: Repeated<Guarded<T, Options>, Options>;
};

/** The events of a group's steps, as many as its own options let them be. */
type WithGroup<M, All, Options> = M & {
  readonly [N in Exclude<keyof All, keyof M>]: Options extends { readonly optional: true }
    ? readonly Element<All[N]>[]
    : Options extends { readonly times: Times }
      ? All[N] extends readonly [unknown, ...unknown[]]
        ? readonly [Element<All[N]>, ...Element<All[N]>[]]
        : All[N]
      : All[N];
};
type Element<Events> = Events extends readonly (infer E)[] ? E : never;

/** Describes a group of steps, or a whole pattern. */
export type DescribePattern<T, M, All> = (start: PatternStart<T, M>) => Pattern<T, All>;

type Here<T, M, Name extends string> = M & { readonly [N in Name]: readonly T[] };

/** Where a pattern, or a group of steps, begins. */
export class PatternStart<T, M> {
  /** The first step. */
  begin<const Name extends string, const Options extends StepOptions<T, Here<T, M, Name>>>(
    name: Name,
    options?: Options,
  ): Pattern<T, WithStep<T, M, Name, Options>>;
  /** A group of steps first. */
  begin<All, const Options extends GroupOptions<T, M>>(
    group: DescribePattern<T, M, All>,
    options?: Options,
  ): Pattern<T, WithGroup<M, All, Options>>;
  begin(
    step: string | DescribePattern<T, M, unknown>,
    options: AnyOptions = {},
  ): Pattern<T, never> {
    return new Pattern([positive('strict', step, options)]);
  }
}

/** Steps, and what matches of them hold. */
export class Pattern<T, M> {
  /** For the files of this folder. */
  readonly steps: readonly PatternStep[];
  /** What a match holds; only for the compiler. */
  declare readonly match: M;

  constructor(steps: readonly PatternStep[]) {
    this.steps = steps;
  }

  /** The very next event. */
  next<const Name extends string, const Options extends StepOptions<T, Here<T, M, Name>>>(
    name: Name,
    options?: Options,
  ): Pattern<T, WithStep<T, M, Name, Options>>;
  next<All, const Options extends GroupOptions<T, M>>(
    group: DescribePattern<T, M, All>,
    options?: Options,
  ): Pattern<T, WithGroup<M, All, Options>>;
  next(step: string | DescribePattern<T, M, unknown>, options: AnyOptions = {}): Pattern<T, never> {
    return this.#then(positive('strict', step, options));
  }

  /** The next event that fits; others may lie between. */
  followedBy<const Name extends string, const Options extends StepOptions<T, Here<T, M, Name>>>(
    name: Name,
    options?: Options,
  ): Pattern<T, WithStep<T, M, Name, Options>>;
  followedBy<All, const Options extends GroupOptions<T, M>>(
    group: DescribePattern<T, M, All>,
    options?: Options,
  ): Pattern<T, WithGroup<M, All, Options>>;
  followedBy(
    step: string | DescribePattern<T, M, unknown>,
    options: AnyOptions = {},
  ): Pattern<T, never> {
    return this.#then(positive('relaxed', step, options));
  }

  /** Any later event that fits: a match for each. */
  followedByAny<const Name extends string, const Options extends StepOptions<T, Here<T, M, Name>>>(
    name: Name,
    options?: Options,
  ): Pattern<T, WithStep<T, M, Name, Options>>;
  followedByAny<All, const Options extends GroupOptions<T, M>>(
    group: DescribePattern<T, M, All>,
    options?: Options,
  ): Pattern<T, WithGroup<M, All, Options>>;
  followedByAny(
    step: string | DescribePattern<T, M, unknown>,
    options: AnyOptions = {},
  ): Pattern<T, never> {
    return this.#then(positive('any', step, options));
  }

  /** The very next event must not fit. */
  notNext(name: string, options: NotOptions<T, M>): Pattern<T, M> {
    return this.#then(negative('strict', name, options));
  }

  /** No event that fits may come before the next step; as the last step, before `withinMs` is over. */
  notFollowedBy(name: string, options: NotOptions<T, M>): Pattern<T, M> {
    return this.#then(negative('relaxed', name, options));
  }

  #then<All>(step: PatternStep): Pattern<T, All> {
    return new Pattern([...this.steps, step]);
  }
}

type AnyOptions = StepOptions<never, never>;

function positive<T, M>(
  contiguity: Contiguity,
  step: string | DescribePattern<T, M, unknown>,
  options: AnyOptions,
): PatternStep {
  const quantifier = quantifierOf(options);
  if (typeof step !== 'string') {
    return { kind: 'group', steps: step(new PatternStart()).steps, contiguity, quantifier };
  }
  return {
    kind: 'event',
    name: step,
    where: (options.where ?? (() => true)) as Condition,
    contiguity,
    quantifier,
    withinPreviousMs: options.withinPreviousMs ?? Infinity,
  } satisfies EventStep;
}

function negative(
  contiguity: NotStep['contiguity'],
  name: string,
  { where }: NotOptions<never, never>,
): NotStep {
  return { kind: 'not', name, where: where as Condition, contiguity };
}

function quantifierOf(options: AnyOptions): Quantifier {
  const { times = 1, contiguity = 'relaxed', optional = false, greedy = false, until } = options;
  const { from, to = Infinity } = typeof times === 'number' ? { from: times, to: times } : times;
  return {
    from,
    to,
    isOptional: optional,
    isGreedy: greedy,
    contiguity,
    until: until as Condition | undefined,
  };
}

/** Throws `JOB_INVALID` for steps that contradict each other. */
export function checkSteps(steps: readonly PatternStep[], withinMs: number): void {
  checkSequence(steps, new Set());
  const tail = steps.slice(steps.findLastIndex(isMandatory) + 1);
  const not = tail.find(({ kind, contiguity }) => kind === 'not' && contiguity === 'relaxed');
  if (not?.kind === 'not' && withinMs === Infinity) {
    refuse(
      not.name,
      'a pattern that may end with notFollowedBy is complete when time is over: set withinMs.',
    );
  }
}

function checkSequence(steps: readonly PatternStep[], names: Set<string>): void {
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'group') {
      checkSequence(step.steps, names);
      checkQuantifier('a group', step.quantifier);
      const end = step.steps.findLastIndex(isMandatory);
      if (end < 0 || step.steps.slice(end).some(({ kind }) => kind === 'not')) {
        refuse(
          'a group',
          'it needs a step that is not optional, and one behind each event that must not come.',
        );
      }
      continue;
    }
    if (step.name === '' || names.has(step.name)) {
      refuse(step.name, 'each step needs a name of its own.');
    }
    names.add(step.name);
    if (step.kind === 'event') checkEvent(step, steps.slice(index + 1));
    else checkNot(step, steps[index - 1]);
  }
}

function checkEvent(
  { name, quantifier, withinPreviousMs }: EventStep,
  rest: readonly PatternStep[],
): void {
  checkQuantifier(name, quantifier);
  if (!(withinPreviousMs > 0)) refuse(name, 'withinPreviousMs must be positive.');
  if (!quantifier.isGreedy) return;
  if (quantifier.from === quantifier.to) {
    refuse(
      name,
      'greedy says how many of several numbers of events to take: give times as { from, to }.',
    );
  }
  if (!rest.some(isMandatory)) {
    refuse(
      name,
      'greedy keeps events from the next step: one that is not optional must follow in its sequence.',
    );
  }
}

function checkQuantifier(name: string, { from, to, until }: Quantifier): void {
  const isCount = Number.isSafeInteger(from) && from >= 1;
  if (!isCount || (to !== Infinity && !Number.isSafeInteger(to)) || to < from) {
    refuse(
      name,
      'times must be whole numbers, at least 1, and not fall: for none at all say optional.',
    );
  }
  if (until !== undefined && to !== Infinity) {
    refuse(name, 'until ends a repetition without an end: give times as { from }.');
  }
}

function checkNot(step: NotStep, before: PatternStep | undefined): void {
  if (before !== undefined && !isSkippable(before)) return;
  refuse(step.name, 'what must not come needs a step before it that is not optional.');
}

function isMandatory(step: PatternStep): boolean {
  return step.kind !== 'not' && !step.quantifier.isOptional;
}

function isSkippable(step: PatternStep): boolean {
  return step.kind !== 'not' && step.quantifier.isOptional;
}

function refuse(name: string, why: string): never {
  throw new EngineError('JOB_INVALID', `The pattern step "${name}" cannot be: ${why}`);
}
