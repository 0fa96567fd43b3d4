// q19, top ten bids of each auction, with their ranks; of equal prices the earlier bid ranks first.

import { topN } from 'millrace';
import { bidColumns } from '../columns.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

const BIDS = 10;

/** SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS rank FROM bid) WHERE rank <= 10 */
export const q19: NexmarkQuery = {
  name: 'q19',
  rows: (events) =>
    topN(bidsOf(events).keyBy('auction'), {
      n: BIDS,
      compare: (left, right) => right.price - left.price,
      rankField: 'rank',
    })
      .collapse()
      .map(({ rank, ...bid }) => [...bidColumns(bid), rank]),
};
