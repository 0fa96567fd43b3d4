// q15, bids of a day: how many, by how many bidders, on how many auctions, by rank of price. All bids of a day have one key,
// so only what is counted travels.

import { groupAggregate } from 'millrace';
import { z } from 'zod';
import { BID_STATISTICS, statisticsColumns } from '../bid-statistics.ts';
import { formatDay } from '../event-time.ts';
import { Bid } from '../events.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

const BidOfDay = Bid.pick({ auction: true, bidder: true, price: true }).extend({ day: z.string() });

/**
 * SELECT day, COUNT(*), COUNT(*) FILTER (WHERE price < 10000), .., COUNT(DISTINCT bidder), .., COUNT(DISTINCT auction), ..
 * FROM bid GROUP BY DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS day
 */
export const q15: NexmarkQuery = {
  name: 'q15',
  unread: ['channel', 'extra'],
  rows: (events) => {
    const bids = bidsOf(events).map(
      ({ auction, bidder, price, dateTime }) => ({
        day: formatDay(dateTime),
        auction,
        bidder,
        price,
      }),
      { type: BidOfDay },
    );
    return groupAggregate(bids.keyBy('day'), BID_STATISTICS)
      .collapse()
      .map((row) => [row.day, ...statisticsColumns(row)]);
  },
};
