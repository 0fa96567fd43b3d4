// q12, windows of the clock: how many bids each bidder makes in ten seconds, whenever the bids say they were made. Rows
// depend on when events are read; only their total does not: windows that are open at the end of the input fire then.

import { count, tumbling } from 'millrace';
import { formatTime } from '../event-time.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

const SIZE_MS = 10_000;

/** SELECT bidder, COUNT(*), window_start, window_end FROM TUMBLE(bid, PROCTIME(), 10 s) GROUP BY bidder, .. */
export const q12: NexmarkQuery = {
  name: 'q12',
  unread: ['channel', 'extra'],
  rows: (events) =>
    bidsOf(events)
      .keyBy('bidder')
      .window(tumbling({ sizeMs: SIZE_MS, time: 'processing' }))
      .aggregate({ bids: count() })
      .map(({ bidder, bids, windowStartMs, windowEndMs }) => [
        bidder,
        bids,
        formatTime(windowStartMs),
        formatTime(windowEndMs),
      ]),
};
