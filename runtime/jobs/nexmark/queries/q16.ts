// q16, channels of a day: as q15 for each channel, and the minute of its last bid.

import { groupAggregate, max } from 'millrace';
import { z } from 'zod';
import { BID_STATISTICS, statisticsColumns } from '../bid-statistics.ts';
import { formatDay, formatMinute } from '../event-time.ts';
import { Bid } from '../events.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

const BidOfDay = Bid.pick({ channel: true, auction: true, bidder: true, price: true }).extend({
  day: z.string(),
  minute: z.string(),
});

/**
 * SELECT channel, day, MAX(DATE_FORMAT(dateTime, 'HH:mm')), COUNT(*), .. as in q15
 * FROM bid GROUP BY channel, DATE_FORMAT(dateTime, 'yyyy-MM-dd') AS day
 */
export const q16: NexmarkQuery = {
  name: 'q16',
  unread: ['extra'],
  rows: (events) => {
    const bids = bidsOf(events).map(
      ({ channel, auction, bidder, price, dateTime }) => ({
        channel,
        day: formatDay(dateTime),
        minute: formatMinute(dateTime),
        auction,
        bidder,
        price,
      }),
      { type: BidOfDay },
    );
    return groupAggregate(bids.keyBy(['channel', 'day']), {
      lastMinute: max('minute'),
      ...BID_STATISTICS,
    })
      .collapse()
      .map((row) => [row.channel, row.day, row.lastMinute, ...statisticsColumns(row)]);
  },
};
