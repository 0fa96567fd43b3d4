// The answers to the queries that rank bids and count them by day: q15, q16, q17, q18, q19.

import {
  type Bid,
  bidWithChannel,
  dayText,
  type Events,
  groupBy,
  largest,
  minuteText,
  type Row,
  total,
} from './table.ts';

const TOP = 10;

export const q15 = ({ bids }: Events): Row[] =>
  [...groupBy(bids, ({ dateTime }) => dayText(dateTime))].map(([day, group]) => [
    day,
    ...statistics(group),
  ]);

export const q16 = ({ bids }: Events): Row[] =>
  groupsOf(bids, (bid) => [bid.channel, dayText(bid.dateTime)]).map(([key, group]) => [
    ...key,
    group
      .map(({ dateTime }) => minuteText(dateTime))
      .toSorted()
      .at(-1)!,
    ...statistics(group),
  ]);

/** Bids, distinct bidders and distinct auctions: of all bids, then of each rank. */
function statistics(bids: readonly Bid[]): Row {
  const all = [bids, ...ranksOf(bids)];
  return [
    ...all.map((some) => some.length),
    ...all.map((some) => new Set(some.map(({ bidder }) => bidder)).size),
    ...all.map((some) => new Set(some.map(({ auction }) => auction)).size),
  ];
}

function ranksOf(bids: readonly Bid[]): Bid[][] {
  return [
    bids.filter(({ price }) => price < 10_000),
    bids.filter(({ price }) => price >= 10_000 && price < 1_000_000),
    bids.filter(({ price }) => price >= 1_000_000),
  ];
}

export const q17 = ({ bids }: Events): Row[] =>
  groupsOf(bids, (bid) => [bid.auction, dayText(bid.dateTime)]).map(([key, group]) => {
    const prices = group.map(({ price }) => price);
    return [
      ...key,
      group.length,
      ...ranksOf(group).map((some) => some.length),
      -largest(prices.map((price) => -price)),
      largest(prices),
      Math.trunc(total(prices) / prices.length),
      total(prices),
    ];
  });

/** Of two bids at the same time, the later in the stream. */
export const q18 = ({ bids }: Events): Row[] =>
  groupsOf(bids, ({ bidder, auction }) => [bidder, auction]).map(([, group]) =>
    bidWithChannel(group.toSorted((left, right) => left.dateTime - right.dateTime).at(-1)!),
  );

/** Of two bids with the same price, the earlier one first. */
export const q19 = ({ bids }: Events): Row[] =>
  [...groupBy(bids, ({ auction }) => auction)].flatMap(([, group]) =>
    group
      .toSorted((left, right) => right.price - left.price || left.dateTime - right.dateTime)
      .slice(0, TOP)
      .map((bid, index) => [...bidWithChannel(bid), index + 1]),
  );

/** Groups by a key of several parts. */
function groupsOf(bids: readonly Bid[], keyOf: (bid: Bid) => Row): [Row, Bid[]][] {
  const groups = groupBy(bids, (bid) => JSON.stringify(keyOf(bid)));
  return [...groups].map(([key, group]) => [JSON.parse(key) as Row, group]);
}
