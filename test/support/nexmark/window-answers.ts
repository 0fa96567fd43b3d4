// The answers to the queries over windows of event time: q5, q7, q8, q11. Windows begin at multiples of their slide since
// the epoch; what belongs to one is found by looking at every event, not by keeping panes.

import { type Bid, type Events, groupBy, largest, type Row, timeText } from './table.ts';

const WINDOW_MS = 10_000;
const SLIDE_MS = 2_000;
const GAP_MS = 10_000;

export function q5({ bids }: Events): Row[] {
  return hopStarts(bids).flatMap((startMs) => {
    const inside = bids.filter(
      ({ dateTime }) => dateTime >= startMs && dateTime < startMs + WINDOW_MS,
    );
    const counts = [...groupBy(inside, ({ auction }) => auction)].map(
      ([auction, group]) => [auction, group.length] as const,
    );
    const most = largest(counts.map(([, count]) => count));
    return counts.filter(([, count]) => count === most);
  });
}

/** Of every window that holds a bid. */
function hopStarts(bids: readonly Bid[]): number[] {
  const starts = new Set<number>();
  for (const { dateTime } of bids) {
    const last = dateTime - (dateTime % SLIDE_MS);
    for (let startMs = last; startMs > dateTime - WINDOW_MS; startMs -= SLIDE_MS) {
      starts.add(startMs);
    }
  }
  return [...starts];
}

export function q7({ bids }: Events): Row[] {
  const highest = [...groupBy(bids, windowStart)].map(([startMs, group]) => ({
    endMs: startMs + WINDOW_MS,
    price: largest(group.map(({ price }) => price)),
  }));
  return highest.flatMap(({ endMs, price }) =>
    bids
      .filter((bid) => bid.price === price)
      .filter(({ dateTime }) => dateTime >= endMs - WINDOW_MS && dateTime <= endMs)
      .map((bid) => [bid.auction, bid.price, bid.bidder, timeText(bid.dateTime), bid.extra]),
  );
}

export function q8({ persons, auctions }: Events): Row[] {
  const opened = new Set(auctions.map((auction) => `${auction.seller} ${windowStart(auction)}`));
  return persons
    .filter((person) => opened.has(`${person.id} ${windowStart(person)}`))
    .map((person) => [person.id, person.name, timeText(windowStart(person))]);
}

function windowStart({ dateTime }: { readonly dateTime: number }): number {
  return dateTime - (dateTime % WINDOW_MS);
}

export function q11({ bids }: Events): Row[] {
  return [...groupBy(bids, ({ bidder }) => bidder)].flatMap(([bidder, group]) => {
    const times = group.map(({ dateTime }) => dateTime).toSorted((left, right) => left - right);
    const sessions: { first: number; last: number; count: number }[] = [];
    for (const time of times) {
      const session = sessions.at(-1);
      if (session === undefined || time - session.last > GAP_MS) {
        sessions.push({ first: time, last: time, count: 1 });
      } else {
        session.last = time;
        session.count += 1;
      }
    }
    return sessions.map(({ first, last, count }) => [
      bidder,
      count,
      timeText(first),
      timeText(last + GAP_MS),
    ]);
  });
}
