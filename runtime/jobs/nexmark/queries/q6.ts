// q6, average selling price: of each seller over the last ten auctions that got a bid. Flink SQL cannot say it, because a
// window of rows cannot follow rows that change; a top-n list can.

import { average, groupAggregate, join, topN } from 'millrace';
import { byPrice, isInTime, WAIT_MS } from '../bids-in-time.ts';
import { Auction, Bid } from '../events.ts';
import { auctionsOf, bidsOf, type NexmarkQuery } from '../query.ts';

const SALES = 10;

const Item = Auction.pick({ id: true, seller: true, dateTime: true, expires: true });
const Offer = Bid.pick({ auction: true, price: true, dateTime: true });

/**
 * SELECT seller, AVG(price) FROM the last 10 winning bids of each seller, in order of their time,
 * where the winning bid of an auction is that of q9
 */
export const q6: NexmarkQuery = {
  name: 'q6',
  unread: ['channel', 'extra'],
  rows: (events) => {
    const offers = join({
      left: auctionsOf(events)
        .map(({ id, seller, dateTime, expires }) => ({ id, seller, dateTime, expires }), {
          type: Item,
        })
        .keyBy('id'),
      right: bidsOf(events)
        .map(({ auction, price, dateTime }) => ({ auction, price, dateTime }), { type: Offer })
        .keyBy('auction'),
      where: (auction, bid) => isInTime(auction, bid),
      retainMs: WAIT_MS,
      join: ({ id, seller }, { price, dateTime }) => ({ id, seller, price, dateTime }),
    });
    const winners = topN(offers.keyBy('id'), { n: 1, compare: byPrice });
    const sales = topN(winners.keyBy('seller'), {
      n: SALES,
      compare: (left, right) => right.dateTime - left.dateTime || right.id - left.id,
    });
    return groupAggregate(sales.keyBy('seller'), { price: average('price') })
      .collapse()
      .map(({ seller, price }) => [seller, Math.trunc(price)]);
  },
};
