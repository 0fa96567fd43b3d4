// A pattern by hand: events are texts whose letter says what they are (`b2` is a b), one a millisecond, and matches are texts
// of the events in order, as Flink's documentation writes them.

import { type DescribePattern, PatternStart } from '../../runtime/api/pattern.ts';
import { Automaton } from '../../runtime/cep/automaton.ts';
import { createMatchState, type MatchState } from '../../runtime/cep/match-state.ts';
import type { MatchedEvents, PatternSpec } from '../../runtime/operators/pattern-spec.ts';

/** An event with its place in the input, so that equal texts stay apart. */
export interface Letter {
  readonly text: string;
  readonly timestampMs: number;
}

/** Fits events of the given letters. */
export function is(...letters: readonly string[]): { where: (event: Letter) => boolean } {
  return { where: ({ text }) => letters.includes(text.charAt(0)) };
}

/** What came of a run. */
export interface PatternRun {
  readonly matches: readonly string[];
  readonly timedOut: readonly string[];
  readonly state: MatchState;
}

/** The steps of a pattern over letters, whatever its matches hold. */
export type LetterPattern = DescribePattern<Letter, unknown, unknown>;

/** Offers the events of `input`, a text like `a b1 b2@7`, and lets time come to `untilMs`. */
export function runPattern(
  describePattern: LetterPattern,
  input: string,
  options: Partial<PatternSpec> & { readonly untilMs?: number } = {},
): PatternRun {
  const { steps } = describePattern(new PatternStart());
  const { untilMs, ...rest } = options;
  const defaults = { withinMs: Infinity, skip: 'none', partialMatchesMax: 10_000 } as const;
  const automaton = new Automaton({ steps, ...defaults, ...rest });
  const state = createMatchState();
  const matches: string[] = [];
  const timedOut: string[] = [];
  const advance = (timeMs: number): void => {
    const detections = automaton.advance(state, timeMs);
    matches.push(...detections.matches.map(matchText));
    for (const { matched, timeMs: at } of detections.timedOut) {
      timedOut.push(`${matchText(matched)} @${at}`);
    }
  };
  for (const event of letters(input)) {
    const { timestampMs } = event;
    advance(timestampMs);
    matches.push(
      ...automaton.process(state, event, { timestampMs, nowMs: timestampMs }).map(matchText),
    );
  }
  if (untilMs !== undefined) advance(untilMs);
  return { matches, timedOut, state };
}

/** The matches, in the order of their texts. */
export function matchesOf(
  describePattern: LetterPattern,
  input: string,
  options: Partial<PatternSpec> & { readonly untilMs?: number } = {},
): readonly string[] {
  return runPattern(describePattern, input, options).matches.toSorted();
}

/** The events of a text. */
function letters(input: string): readonly Letter[] {
  return input
    .split(' ')
    .filter((word) => word !== '')
    .map((word, index) => {
      const [text = '', at] = word.split('@');
      return { text, timestampMs: at === undefined ? index : Number(at) };
    });
}

function matchText(match: MatchedEvents): string {
  return (Object.values(match).flat() as Letter[])
    .toSorted((left, right) => left.timestampMs - right.timestampMs)
    .map(({ text }) => text)
    .join(' ');
}
