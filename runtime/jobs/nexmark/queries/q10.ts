// q10, log to files: every bid, in a folder of its day and minute. What the sink has written stays in `<out>/q10/`.

import { formatDay, formatMinute, formatTime } from '../event-time.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

/**
 * INSERT INTO files PARTITIONED BY (dt, hm)
 * SELECT auction, bidder, price, dateTime, extra, DATE_FORMAT(dateTime, 'yyyy-MM-dd'), DATE_FORMAT(dateTime, 'HH:mm') FROM bid
 */
export const q10: NexmarkQuery = {
  name: 'q10',
  unread: ['channel'],
  rows: (events) =>
    bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => [
      auction,
      bidder,
      price,
      formatTime(dateTime),
      extra,
      formatDay(dateTime),
      formatMinute(dateTime),
    ]),
  partitionBy: ([, , , , , dt, hm]) => ({ dt: String(dt), hm: String(hm) }),
};
