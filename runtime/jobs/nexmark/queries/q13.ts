// q13, side input: every bid with its row of a small table, which each slot has whole, so that bids stay where they are.

import { lookupTable } from 'millrace';
import { formatTime } from '../event-time.ts';
import { bidsOf, type NexmarkQuery, type Row } from '../query.ts';

const KEYS = 10_000;

/** SELECT B.auction, B.bidder, B.price, B.dateTime, S.value FROM bid B JOIN side_input S ON MOD(B.auction, 10000) = S.key */
export const q13: NexmarkQuery = {
  name: 'q13',
  unread: ['channel', 'extra'],
  rows: (events) =>
    lookupTable({
      left: bidsOf(events),
      leftKey: ({ auction }) => auction % KEYS,
      table: () => Array.from({ length: KEYS }, (_, key) => ({ key, value: String(key) })),
      rightKey: ({ key }) => key,
      join: ({ auction, bidder, price, dateTime }, { value }): Row => [
        auction,
        bidder,
        price,
        formatTime(dateTime),
        value,
      ],
    }),
};
