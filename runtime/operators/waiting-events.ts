// The records of one key that wait for the watermark, in order of time and, where times are equal, of arrival. Plain data.

/** A record that waits. */
interface WaitingEvent {
  readonly event: unknown;
  readonly timestampMs: number;
}

/** Those before `head` are gone. */
export interface WaitingEvents {
  events: WaitingEvent[];
  head: number;
}

/** So many gone records are not worth moving the others for. */
const GONE_MIN = 64;

/** No records. */
export function createWaitingEvents(): WaitingEvents {
  return { events: [], head: 0 };
}

/** From the back: most records are later than those that wait. */
export function insert(waiting: WaitingEvents, event: unknown, timestampMs: number): void {
  const { events, head } = waiting;
  let index = events.length;
  while (index > head && (events[index - 1]?.timestampMs ?? 0) > timestampMs) index--;
  events.splice(index, 0, { event, timestampMs });
}

/** The time of the first, `Infinity` when none waits. */
export function nextTimeMs({ events, head }: WaitingEvents): number {
  return events[head]?.timestampMs ?? Infinity;
}

/** Takes those up to a time; `compare` orders those of the same time. */
export function takeUntil(
  waiting: WaitingEvents,
  untilMs: number,
  compare: ((left: unknown, right: unknown) => number) | undefined,
): readonly unknown[] {
  const { events, head } = waiting;
  let end = head;
  while (end < events.length && (events[end]?.timestampMs ?? Infinity) <= untilMs) end++;
  const taken = events.slice(head, end);
  waiting.head = end;
  if (end === events.length || (end >= GONE_MIN && end * 2 > events.length)) {
    waiting.events = events.slice(end);
    waiting.head = 0;
  }
  if (compare !== undefined) {
    taken.sort(
      (left, right) => left.timestampMs - right.timestampMs || compare(left.event, right.event),
    );
  }
  return taken.map(({ event }) => event);
}
