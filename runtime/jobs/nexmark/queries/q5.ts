// q5, hot items: every two seconds the auctions with the most bids of the last ten. Two windows, one behind the other: the
// counts of a window have its last millisecond as their time, so the second one holds those of one window of the first.

import { type AggregateFunction, count, sliding, tumbling } from 'millrace';
import { bidsOf, type NexmarkQuery, type Row } from '../query.ts';

const SIZE_MS = 10_000;
const SLIDE_MS = 2_000;

/** How many bids an auction has in a window. */
interface AuctionCount {
  readonly auction: number;
  readonly bids: number;
}

/** The counts with the most bids: of several with as many, all. */
const MOST_BIDS: AggregateFunction<AuctionCount, AuctionCount[], readonly AuctionCount[]> = {
  create: () => [],
  add: (most, next) => {
    const [one] = most;
    if (one === undefined || next.bids > one.bids) return [next];
    if (next.bids === one.bids) most.push(next);
    return most;
  },
  result: (most) => most,
};

/**
 * SELECT auction, num FROM (
 *   SELECT auction, COUNT(*) AS num, MAX(COUNT(*)) OVER (PARTITION BY window_end) AS most
 *   FROM HOP(bid, slide 2 s, size 10 s) GROUP BY auction, window_end
 * ) WHERE num = most
 */
export const q5: NexmarkQuery = {
  name: 'q5',
  unread: ['channel', 'extra'],
  rows: (events) =>
    bidsOf(events)
      .keyBy('auction')
      .window(sliding({ sizeMs: SIZE_MS, slideMs: SLIDE_MS }))
      .aggregate({ bids: count() })
      .keyBy('windowEndMs')
      .window(tumbling({ sizeMs: SLIDE_MS }))
      .accumulate(MOST_BIDS)
      .flatMap((most): Iterable<Row> => most.map(({ auction, bids }) => [auction, bids])),
};
