// q0, pass through: every bid as it is, which is what the engine costs by itself.

import { formatTime } from '../event-time.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

/** SELECT auction, bidder, price, dateTime, extra FROM bid */
export const q0: NexmarkQuery = {
  name: 'q0',
  unread: ['channel'],
  rows: (events) =>
    bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => [
      auction,
      bidder,
      price,
      formatTime(dateTime),
      extra,
    ]),
};
