// What q15, q16 and q17 count: bids by rank of price, and who made them on what.

import { count, countDistinct, filtered } from 'millrace';
import type { Bid } from './events.ts';

type Priced = Pick<Bid, 'price'>;

const isCheap = ({ price }: Priced): boolean => price < 10_000;
const isMiddling = ({ price }: Priced): boolean => price >= 10_000 && price < 1_000_000;
const isDear = ({ price }: Priced): boolean => price >= 1_000_000;

/** count(*), count(*) FILTER (WHERE price < 10000), .. */
export const BID_COUNTS = {
  bids: count(),
  cheapBids: filtered(count(), isCheap),
  middlingBids: filtered(count(), isMiddling),
  dearBids: filtered(count(), isDear),
};

/** BID_COUNTS, count(DISTINCT bidder), count(DISTINCT bidder) FILTER (WHERE price < 10000), .., and the same of auctions */
export const BID_STATISTICS = {
  ...BID_COUNTS,
  bidders: countDistinct('bidder'),
  cheapBidders: filtered(countDistinct('bidder'), isCheap),
  middlingBidders: filtered(countDistinct('bidder'), isMiddling),
  dearBidders: filtered(countDistinct('bidder'), isDear),
  auctions: countDistinct('auction'),
  cheapAuctions: filtered(countDistinct('auction'), isCheap),
  middlingAuctions: filtered(countDistinct('auction'), isMiddling),
  dearAuctions: filtered(countDistinct('auction'), isDear),
};

type Numbers<Columns> = { readonly [Name in keyof Columns]: number };

/** The columns of a row of BID_COUNTS, in their order. */
export function countColumns(row: Numbers<typeof BID_COUNTS>): readonly number[] {
  return [row.bids, row.cheapBids, row.middlingBids, row.dearBids];
}

/** The columns of a row of BID_STATISTICS, in their order. */
export function statisticsColumns(row: Numbers<typeof BID_STATISTICS>): readonly number[] {
  return [
    ...countColumns(row),
    ...[row.bidders, row.cheapBidders, row.middlingBidders, row.dearBidders],
    ...[row.auctions, row.cheapAuctions, row.middlingAuctions, row.dearAuctions],
  ];
}
