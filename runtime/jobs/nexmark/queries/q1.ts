// q1, currency conversion: every bid with its price in euros, exactly: a price times 0.908 is a whole number of thousandths.

import { formatTime } from '../event-time.ts';
import { bidsOf, decimal, type NexmarkQuery } from '../query.ts';

/** SELECT auction, bidder, 0.908 * price, dateTime, extra FROM bid */
export const q1: NexmarkQuery = {
  name: 'q1',
  unread: ['channel'],
  rows: (events) =>
    bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => [
      auction,
      bidder,
      decimal(price * 908, 3),
      formatTime(dateTime),
      extra,
    ]),
};
