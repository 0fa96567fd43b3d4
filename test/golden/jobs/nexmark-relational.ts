// Queries of the Nexmark suite that need joins, running aggregates or top-n lists, as short as the API allows.

import { z } from 'zod';
import {
  average,
  collect,
  count,
  countDistinct,
  deduplicate,
  defineJob,
  filtered,
  groupAggregate,
  join,
  max,
  min,
  type Stream,
  sum,
  topN,
} from '../../../runtime/index.ts';
import { formatTime } from '../../../runtime/jobs/nexmark/event-time.ts';
import { type Auction, Bid, type Person } from '../../../runtime/jobs/nexmark/events.ts';
import type { Row } from '../../../runtime/jobs/nexmark/query.ts';
import { nexmarkEvents } from '../../../runtime/jobs/nexmark/source.ts';

interface Tables {
  readonly persons: Stream<Person>;
  readonly auctions: Stream<Auction>;
  readonly bids: Stream<Bid>;
}

const day = (timeMs: number): string => formatTime(timeMs).slice(0, 10);

/** The bids in the time of their auction. */
function validBids({ auctions, bids }: Tables) {
  return join({
    left: auctions.keyBy('id'),
    right: bids.keyBy('auction'),
    where: ({ dateTime, expires }, bid) => bid.dateTime >= dateTime && bid.dateTime <= expires,
    join: (auction, bid) => ({ auction, bid }),
  });
}

const isCheap = ({ price }: { price: number }): boolean => price < 10_000;
const isMiddling = ({ price }: { price: number }): boolean => price >= 10_000 && price < 1_000_000;
const isDear = ({ price }: { price: number }): boolean => price >= 1_000_000;

/** Name, city and state of who sells in category 10, in three states. */
function q3({ persons, auctions }: Tables): Stream<Row> {
  return join({
    left: auctions.filter(({ category }) => category === 10).keyBy('seller'),
    right: persons.filter(({ state }) => ['OR', 'ID', 'CA'].includes(state)).keyBy('id'),
    join: ({ id }, { name, city, state }) => [name, city, state, id],
  });
}

/** The average of the highest bids of each category. */
function q4(tables: Tables): Stream<Row> {
  const highest = groupAggregate(
    validBids(tables)
      .map(({ auction, bid }) => ({ id: auction.id, category: auction.category, price: bid.price }))
      .keyBy(['id', 'category']),
    { final: max('price') },
  );
  return groupAggregate(highest.keyBy('category'), { final: average('final') })
    .collapse()
    .map(({ category, final }) => [category, Math.trunc(final)]);
}

/** The winning bid of each auction: the highest, then the earliest. */
function q9(tables: Tables): Stream<Row> {
  return topN(
    validBids(tables).keyBy(({ auction }) => auction.id),
    {
      n: 1,
      compare: (left, right) =>
        right.bid.price - left.bid.price || left.bid.dateTime - right.bid.dateTime,
    },
  )
    .collapse()
    .map(({ auction, bid }) => [
      auction.id,
      ...[auction.itemName, auction.description, auction.initialBid, auction.reserve],
      ...[formatTime(auction.dateTime), formatTime(auction.expires), auction.seller],
      ...[auction.category, auction.extra, bid.auction, bid.bidder, bid.price],
      ...[formatTime(bid.dateTime), bid.extra],
    ]);
}

/** Bids, bidders and auctions of each channel and day, by price. */
function q16({ bids }: Tables): Stream<Row> {
  const rows = bids.map(({ channel, auction, bidder, price, dateTime }) => ({
    ...{ channel, auction, bidder, price, day: day(dateTime) },
    minute: formatTime(dateTime).slice(11, 16),
  }));
  return groupAggregate(rows.keyBy(['channel', 'day']), {
    minute: max('minute'),
    total: count(),
    cheap: filtered(count(), isCheap),
    middling: filtered(count(), isMiddling),
    dear: filtered(count(), isDear),
    bidders: countDistinct('bidder'),
    cheapBidders: filtered(countDistinct('bidder'), isCheap),
    middlingBidders: filtered(countDistinct('bidder'), isMiddling),
    dearBidders: filtered(countDistinct('bidder'), isDear),
    auctions: countDistinct('auction'),
    cheapAuctions: filtered(countDistinct('auction'), isCheap),
    middlingAuctions: filtered(countDistinct('auction'), isMiddling),
    dearAuctions: filtered(countDistinct('auction'), isDear),
  })
    .collapse()
    .map((row) => Object.values(row));
}

/** Prices of each auction and day. */
function q17({ bids }: Tables): Stream<Row> {
  const rows = bids.map(({ auction, price, dateTime }) => ({ auction, price, day: day(dateTime) }));
  return groupAggregate(rows.keyBy(['auction', 'day']), {
    total: count(),
    cheap: filtered(count(), isCheap),
    middling: filtered(count(), isMiddling),
    dear: filtered(count(), isDear),
    least: min('price'),
    most: max('price'),
    mean: average('price'),
    sum: sum('price'),
  })
    .collapse()
    .map((row) => Object.values({ ...row, mean: Math.trunc(row.mean) }));
}

/** The last bid of each bidder in each auction. */
function q18({ bids }: Tables): Stream<Row> {
  return deduplicate(bids.keyBy(['bidder', 'auction']), { keep: 'last' }).collapse().map(bidRow);
}

/** The ten highest bids of each auction. */
function q19({ bids }: Tables): Stream<Row> {
  return topN(bids.keyBy('auction'), {
    n: 10,
    compare: (left, right) => right.price - left.price,
    rankField: 'rank',
  })
    .collapse()
    .map((bid) => [...bidRow(bid), bid.rank]);
}

/** Bids with their auctions of category 10. */
function q20({ auctions, bids }: Tables): Stream<Row> {
  return join({
    left: bids.keyBy('auction'),
    right: auctions.filter(({ category }) => category === 10).keyBy('id'),
    join: (bid, auction) => [...bidRow(bid), ...auctionRow(auction)],
  });
}

/** Bids with their bidders and what those sell. */
function q23({ persons, auctions, bids }: Tables): Stream<Row> {
  const known = join({
    left: bids.keyBy('bidder'),
    right: persons.keyBy('id'),
    join: (bid, person) => ({ bidder: bid.bidder, bid, person }),
  });
  return join({
    left: known.keyBy('bidder'),
    right: auctions.keyBy('seller'),
    join: ({ bid, person }, auction) => [
      ...[bid.bidder, bid.price, bid.channel, bid.url, bid.extra],
      ...[person.id, person.name, person.emailAddress, person.creditCard, person.city],
      ...[person.state, person.extra, ...auctionRow(auction)],
    ],
  });
}

function bidRow({ auction, bidder, price, channel, url, dateTime, extra }: Bid): Row {
  return [auction, bidder, price, channel, url, formatTime(dateTime), extra];
}

function auctionRow(auction: Auction): Row {
  const { itemName, description, initialBid, reserve, dateTime, expires } = auction;
  const times = [formatTime(dateTime), formatTime(expires)];
  const { seller, category, extra } = auction;
  return [itemName, description, initialBid, reserve, ...times, seller, category, extra];
}

const QUERIES = { q3, q4, q9, q16, q17, q18, q19, q20, q23 };

export const QUERY_NAMES = Object.keys(QUERIES);

export default defineJob({
  name: 'nexmark-relational',
  parameters: z.object({ outOfOrder: z.number() }),
  build(env, { outOfOrder }) {
    const events = nexmarkEvents(env, { events: 10_000, rate: 100, outOfOrder, unread: [] });
    const tables: Tables = {
      persons: events.filter((event) => event.type === 'person'),
      auctions: events.filter((event) => event.type === 'auction'),
      bids: events.filter((event) => event.type === 'bid').typed(Bid),
    };
    for (const [query, rowsOf] of Object.entries(QUERIES)) {
      rowsOf(tables)
        .map((row) => ({ query, line: JSON.stringify(row) }))
        .to(collect());
    }
  },
});
