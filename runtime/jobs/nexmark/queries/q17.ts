// q17, auctions of a day: how many bids each got, by rank of price, and their lowest, highest, average and total price.

import { average, groupAggregate, max, min, sum } from 'millrace';
import { z } from 'zod';
import { BID_COUNTS, countColumns } from '../bid-statistics.ts';
import { formatDay } from '../event-time.ts';
import { Bid } from '../events.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

const BidOfDay = Bid.pick({ auction: true, price: true }).extend({ day: z.string() });

/**
 * SELECT auction, day, COUNT(*), COUNT(*) FILTER (WHERE price < 10000), .., MIN(price), MAX(price), AVG(price), SUM(price)
 * FROM bid GROUP BY auction, DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS day
 */
export const q17: NexmarkQuery = {
  name: 'q17',
  unread: ['channel', 'extra'],
  rows: (events) => {
    const bids = bidsOf(events).map(
      ({ auction, price, dateTime }) => ({ auction, day: formatDay(dateTime), price }),
      { type: BidOfDay },
    );
    return groupAggregate(bids.keyBy(['auction', 'day']), {
      ...BID_COUNTS,
      lowest: min('price'),
      highest: max('price'),
      average: average('price'),
      total: sum('price'),
    })
      .collapse()
      .map((row) => [
        row.auction,
        row.day,
        ...countColumns(row),
        row.lowest,
        row.highest,
        Math.trunc(row.average),
        row.total,
      ]);
  },
};
