// Which bids of an auction count: q4, q6 and q9 look for the highest of them.

import type { Auction, Bid } from './events.ts';

/** From the beginning of the auction to its end, both included. */
export function isInTime(
  { dateTime, expires }: Pick<Auction, 'dateTime' | 'expires'>,
  bid: Pick<Bid, 'dateTime'>,
): boolean {
  return bid.dateTime >= dateTime && bid.dateTime <= expires;
}

/** A higher price comes first, of equal ones the earlier. */
export function byPrice(
  left: Pick<Bid, 'price' | 'dateTime'>,
  right: Pick<Bid, 'price' | 'dateTime'>,
): number {
  return right.price - left.price || left.dateTime - right.dateTime;
}

/**
 * How long the two sides wait for each other: an auction for ever, a bid only until event time has reached it. No bid in time
 * is before its auction, so an auction that comes later is not the one.
 */
export const WAIT_MS = { right: 0 } as const;
