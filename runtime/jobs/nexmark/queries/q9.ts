// q9, winning bids: of each auction the highest bid in time, with all that is known of both.

import { join, topN } from 'millrace';
import { byPrice, isInTime, WAIT_MS } from '../bids-in-time.ts';
import { auctionColumns } from '../columns.ts';
import { formatTime } from '../event-time.ts';
import { auctionsOf, bidsOf, type NexmarkQuery } from '../query.ts';

/**
 * SELECT A.*, B.auction, B.bidder, B.price, B.dateTime, B.extra FROM auction A JOIN bid B ON A.id = B.auction
 * WHERE B.dateTime BETWEEN A.dateTime AND A.expires
 * AND ROW_NUMBER() OVER (PARTITION BY A.id ORDER BY B.price DESC, B.dateTime) = 1
 */
export const q9: NexmarkQuery = {
  name: 'q9',
  unread: ['channel'],
  rows: (events) => {
    const offers = join({
      left: auctionsOf(events).keyBy('id'),
      right: bidsOf(events).keyBy('auction'),
      where: (auction, bid) => isInTime(auction, bid),
      retainMs: WAIT_MS,
      join: (item, bid) => ({ item, ...bid }),
    });
    return topN(offers.keyBy('auction'), { n: 1, compare: byPrice })
      .collapse()
      .map(({ item, auction, bidder, price, dateTime, extra }) => [
        item.id,
        ...auctionColumns(item),
        auction,
        bidder,
        price,
        formatTime(dateTime),
        extra,
      ]);
  },
};
