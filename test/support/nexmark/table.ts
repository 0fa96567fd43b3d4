// What the reference answers to the Nexmark queries share: the events by kind, grouping, and how times are written. Written
// apart from the job, so that the two can be compared: of the job's only the types of its events are used.

import type { Auction, Bid, NexmarkEvent, Person } from '../../../runtime/jobs/nexmark/events.ts';

export type { Auction, Bid, Person };

/** A row of a result: numbers, and texts for everything else. */
export type Row = readonly (number | string)[];

/** The events of a stream, each kind in the order of the stream. */
export interface Events {
  readonly persons: readonly Person[];
  readonly auctions: readonly Auction[];
  readonly bids: readonly Bid[];
}

export function eventsByKind(events: readonly NexmarkEvent[]): Events {
  return {
    persons: events.filter((event) => event.type === 'person'),
    auctions: events.filter((event) => event.type === 'auction'),
    bids: events.filter((event) => event.type === 'bid'),
  };
}

/** The items of each key, keys and items in the order of their first appearance. */
export function groupBy<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** `2015-07-15 00:01:23.456` */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '');
}

/** `2015-07-15` */
export function dayText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** `00:01` */
export function minuteText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 16);
}

/** A whole number of thousandths as a decimal: 12754475332 is `12754475.332`. */
export function thousandthsText(thousandths: number): string {
  const digits = String(thousandths).padStart(4, '0');
  return `${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

export function largest(values: readonly number[]): number {
  return values.reduce((best, value) => Math.max(best, value), -Infinity);
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The six columns that most results begin with. */
export function bidWithChannel(bid: Bid): Row {
  const { auction, bidder, price, channel, url, dateTime, extra } = bid;
  return [auction, bidder, price, channel, url, timeText(dateTime), extra];
}

/** An auction without its id. */
export function auctionDetails(auction: Auction): Row {
  const { itemName, description, initialBid, reserve, seller, category, extra } = auction;
  const times = [timeText(auction.dateTime), timeText(auction.expires)];
  return [itemName, description, initialBid, reserve, ...times, seller, category, extra];
}
