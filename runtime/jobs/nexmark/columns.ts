// Columns that the rows of several queries have, in the order in which they have them.

import { formatTime } from './event-time.ts';
import type { Auction, Bid } from './events.ts';
import type { Row } from './query.ts';

/** A bid, whole. */
export function bidColumns({ auction, bidder, price, channel, url, dateTime, extra }: Bid): Row {
  return [auction, bidder, price, channel, url, formatTime(dateTime), extra];
}

/** An auction without its id. */
export function auctionColumns(auction: Auction): Row {
  return [
    auction.itemName,
    auction.description,
    auction.initialBid,
    auction.reserve,
    formatTime(auction.dateTime),
    formatTime(auction.expires),
    auction.seller,
    auction.category,
    auction.extra,
  ];
}
