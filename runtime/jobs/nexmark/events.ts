// The three kinds of event of an online auction, as they travel through the engine. Times are milliseconds since the epoch,
// prices are cents; how they look in files is `event-lines.ts`.

import { z } from 'zod';

/** Somebody who sells or bids. */
export const Person = z.object({
  type: z.literal('person'),
  id: z.int(),
  name: z.string(),
  emailAddress: z.string(),
  creditCard: z.string(),
  city: z.string(),
  state: z.string(),
  dateTime: z.int(),
  extra: z.string(),
});
export type Person = z.output<typeof Person>;

/** An item for sale, until `expires`. */
export const Auction = z.object({
  type: z.literal('auction'),
  id: z.int(),
  itemName: z.string(),
  description: z.string(),
  initialBid: z.int(),
  reserve: z.int(),
  dateTime: z.int(),
  expires: z.int(),
  seller: z.int(),
  category: z.int(),
  extra: z.string(),
});
export type Auction = z.output<typeof Auction>;

/** A price that a person offers in an auction. */
export const Bid = z.object({
  type: z.literal('bid'),
  auction: z.int(),
  bidder: z.int(),
  price: z.int(),
  channel: z.string(),
  url: z.string(),
  dateTime: z.int(),
  extra: z.string(),
});
export type Bid = z.output<typeof Bid>;

/** What the one stream of the suite carries; `type` tells the kinds apart. */
export const NexmarkEvent = z.discriminatedUnion('type', [Person, Auction, Bid]);
export type NexmarkEvent = z.output<typeof NexmarkEvent>;
