// q2, selection: the bids on a few auctions.

import { bidsOf, type NexmarkQuery } from '../query.ts';

/** SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0 */
export const q2: NexmarkQuery = {
  name: 'q2',
  unread: ['channel', 'extra'],
  rows: (events) =>
    bidsOf(events)
      .filter(({ auction }) => auction % 123 === 0)
      .map(({ auction, price }) => [auction, price]),
};
