// q14, calculation: bids of a range of prices in euros, the time of day in words, and how often a letter occurs in a text.

import { formatTime } from '../event-time.ts';
import { bidsOf, decimal, type NexmarkQuery } from '../query.ts';

/** Both bounds excluded, in thousandths: 1,000,000 and 50,000,000. */
const PRICE_ABOVE = 1_000_000_000;
const PRICE_BELOW = 50_000_000_000;

const HOUR_MS = 3_600_000;

/**
 * SELECT auction, bidder, 0.908 * price, CASE .. HOUR(dateTime) .. END, dateTime, extra, count_char(extra, 'c')
 * FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000
 */
export const q14: NexmarkQuery = {
  name: 'q14',
  unread: ['channel'],
  rows: (events) =>
    bidsOf(events)
      .map((bid) => ({ ...bid, price: bid.price * 908 }))
      .filter(({ price }) => price > PRICE_ABOVE && price < PRICE_BELOW)
      .map(({ auction, bidder, price, dateTime, extra }) => [
        auction,
        bidder,
        decimal(price, 3),
        timeOfDay(dateTime),
        formatTime(dateTime),
        extra,
        extra.split('c').length - 1,
      ]),
};

function timeOfDay(timeMs: number): string {
  const hour = Math.floor(timeMs / HOUR_MS) % 24;
  if (hour >= 8 && hour <= 18) return 'dayTime';
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime';
}
