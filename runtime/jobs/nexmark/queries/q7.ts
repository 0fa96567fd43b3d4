// q7, highest bid: the bids at the highest price of each ten seconds. The highest price of a window is known at its end, and
// joined with the bids at that price from the beginning of the window to its end: one exactly at the end counts as well,
// although it is in the next window.

import { intervalJoin, max, tumbling } from 'millrace';
import { formatTime } from '../event-time.ts';
import { Bid } from '../events.ts';
import { bidsOf, type NexmarkQuery, type Row } from '../query.ts';

const SIZE_MS = 10_000;

const Offer = Bid.pick({ auction: true, bidder: true, price: true, dateTime: true, extra: true });

/**
 * SELECT B.auction, B.price, B.bidder, B.dateTime, B.extra FROM bid B JOIN (
 *   SELECT MAX(price) AS price, window_end FROM TUMBLE(bid, 10 s) GROUP BY window_end
 * ) H ON B.price = H.price AND B.dateTime BETWEEN H.window_end - 10 s AND H.window_end
 */
export const q7: NexmarkQuery = {
  name: 'q7',
  unread: ['channel'],
  rows: (events) => {
    const bids = bidsOf(events);
    const highest = bids
      .windowAll(tumbling({ sizeMs: SIZE_MS }))
      .aggregate({ price: max('price') });
    return intervalJoin({
      left: highest.keyBy('price'),
      right: bids
        .map(
          ({ auction, bidder, price, dateTime, extra }) => ({
            auction,
            bidder,
            price,
            dateTime,
            extra,
          }),
          { type: Offer },
        )
        .keyBy('price'),
      // The time of a window's result is its last millisecond.
      lowerMs: 1 - SIZE_MS,
      upperMs: 1,
      join: (_, { auction, price, bidder, dateTime, extra }): Row => [
        auction,
        price,
        bidder,
        formatTime(dateTime),
        extra,
      ],
    });
  },
};
