// q20, bids with their auction, of one category: every bid waits for its auction for ever, and the other way round.

import { join } from 'millrace';
import { auctionColumns, bidColumns } from '../columns.ts';
import { auctionsOf, bidsOf, type NexmarkQuery, type Row } from '../query.ts';

const CATEGORY = 10;

/** SELECT B.*, A.itemName, .. FROM bid B JOIN auction A ON B.auction = A.id WHERE A.category = 10 */
export const q20: NexmarkQuery = {
  name: 'q20',
  rows: (events) =>
    join({
      left: bidsOf(events).keyBy('auction'),
      right: auctionsOf(events)
        .filter(({ category }) => category === CATEGORY)
        .keyBy('id'),
      join: (bid, auction): Row => [...bidColumns(bid), ...auctionColumns(auction)],
    }),
};
