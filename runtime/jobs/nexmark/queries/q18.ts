// q18, last bid of each bidder on each auction, by the time of the bid: out of order is no matter.

import { deduplicate } from 'millrace';
import { bidColumns } from '../columns.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

/** SELECT * FROM bid WHERE ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC) = 1 */
export const q18: NexmarkQuery = {
  name: 'q18',
  rows: (events) =>
    deduplicate(bidsOf(events).keyBy(['bidder', 'auction']), { keep: 'last' })
      .collapse()
      .map(bidColumns),
};
