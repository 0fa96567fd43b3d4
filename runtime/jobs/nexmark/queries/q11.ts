// q11, sessions of bidders: how many bids each makes before being silent for ten seconds.

import { count, session } from 'millrace';
import { formatTime } from '../event-time.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

const GAP_MS = 10_000;

/** SELECT bidder, COUNT(*), window_start, window_end FROM SESSION(bid PARTITION BY bidder, gap 10 s) GROUP BY .. */
export const q11: NexmarkQuery = {
  name: 'q11',
  unread: ['channel', 'extra'],
  rows: (events) =>
    bidsOf(events)
      .keyBy('bidder')
      .window(session({ gapMs: GAP_MS }))
      .aggregate({ bids: count() })
      .map(({ bidder, bids, windowStartMs, windowEndMs }) => [
        bidder,
        bids,
        formatTime(windowStartMs),
        formatTime(windowEndMs),
      ]),
};
