// What is kept of one key, as plain data: its partial matches, and the buffer of taken events that they share. A partial match
// is the number of its last entry in the buffer; an entry knows the one before it, so matches with a common beginning hold
// that beginning once, and taking an event costs one entry however long the match is. (SASE's buffer gives an entry several
// predecessors and tells matches apart by version numbers: the same number of links. With one each there are no versions.)
//   I1. An entry lives as long as a partial match or a later entry refers to it; an event, as long as an entry does.
//   I2. `sequence` numbers the events of the key in the order in which they were offered.

/** An event that was taken. */
interface HeldEvent {
  readonly event: unknown;
  references: number;
}

/** An event as a part of a match. */
interface BufferEntry {
  readonly step: string;
  readonly sequence: number;
  /** `NO_ENTRY` for the first. */
  readonly previous: number;
  references: number;
}

/** A match that has begun, waiting in a state of the automaton. */
export interface PartialMatch {
  readonly state: number;
  readonly entry: number;
  readonly firstSequence: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Everything that is kept of a key besides the events that wait for the watermark. */
export interface MatchState {
  /** In order of their first events. */
  partial: PartialMatch[];
  /** Complete, but a skip strategy may still drop them: an earlier match has not ended yet. In order of their first events. */
  completed: PartialMatch[];
  readonly entries: Map<number, BufferEntry>;
  readonly events: Map<number, HeldEvent>;
  nextEntry: number;
  nextSequence: number;
}

/** Before the first event of a match. */
export const NO_ENTRY = 0;

/** The state of a key without matches. */
export function createMatchState(): MatchState {
  return {
    partial: [],
    completed: [],
    entries: new Map(),
    events: new Map(),
    nextEntry: NO_ENTRY + 1,
    nextSequence: 0,
  };
}

/** Nothing would be lost with this state. */
export function isEmpty(state: MatchState): boolean {
  return state.partial.length === 0 && state.completed.length === 0;
}

/** Adds an event behind an entry; nobody refers to the new entry yet. */
export function addEntry(
  state: MatchState,
  step: string,
  previous: number,
  offered: { readonly event: unknown; readonly sequence: number },
): number {
  const { event, sequence } = offered;
  const held = state.events.get(sequence);
  if (held === undefined) state.events.set(sequence, { event, references: 1 });
  else held.references++;
  hold(state, previous);
  const entry = state.nextEntry++;
  state.entries.set(entry, { step, sequence, previous, references: 0 });
  return entry;
}

/** One more refers to the entry. */
export function hold(state: MatchState, entry: number): void {
  const found = state.entries.get(entry);
  if (found !== undefined) found.references++;
}

/** One less does. What nobody refers to any more is forgotten. */
export function release(state: MatchState, entry: number): void {
  let current = entry;
  for (;;) {
    const found = state.entries.get(current);
    if (found === undefined) return;
    found.references--;
    if (found.references > 0) return;
    state.entries.delete(current);
    const held = state.events.get(found.sequence);
    if (held !== undefined && --held.references === 0) state.events.delete(found.sequence);
    current = found.previous;
  }
}

/** The events of a match by step, each with its sequence number; steps without events are there and empty. */
export function eventsOf(
  state: MatchState,
  entry: number,
  names: readonly string[],
): Readonly<Record<string, unknown[]>> {
  const events: Record<string, unknown[]> = {};
  for (const name of names) events[name] = [];
  for (const { step, sequence } of entriesOf(state, entry)) {
    events[step]?.push(state.events.get(sequence)?.event);
  }
  for (const name of names) events[name]?.reverse();
  return events;
}

/** The entries of a match, the last one first. */
export function* entriesOf(state: MatchState, entry: number): Generator<Readonly<BufferEntry>> {
  let current = state.entries.get(entry);
  while (current !== undefined) {
    yield current;
    current = state.entries.get(current.previous);
  }
}
