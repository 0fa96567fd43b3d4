// What a query of the suite is: from the stream of events to rows. One query a file, in `queries/`; `queries.ts` lists them.
// How a row is written is said here, once: an array of its columns, times (`event-time.ts`) and decimals as texts.

import type { Stream } from 'millrace';
import { Auction, Bid, type NexmarkEvent, Person } from './events.ts';
import type { CostlyColumn } from './generator.ts';

/** The columns of one row of a result. */
export type Row = readonly (number | string)[];

/** One query. */
export interface NexmarkQuery {
  /** `q0` to `q23`. */
  readonly name: string;
  /** Columns that the query does not look at: the generator leaves them empty. @default none */
  readonly unread?: readonly CostlyColumn[];
  /** Describes the query's operators. */
  readonly rows: (events: Stream<NexmarkEvent>) => Stream<Row>;
  /** Of a query whose rows are also left in folders, `<out>/<query>/<key>=<value>/..`: the folder of a row. */
  readonly partitionBy?: (row: Row) => Readonly<Record<string, string>>;
}

/** The persons among the events. */
export function personsOf(events: Stream<NexmarkEvent>): Stream<Person> {
  return events
    .filter((event) => event.type === 'person')
    .named('persons')
    .typed(Person);
}

/** The auctions among the events. */
export function auctionsOf(events: Stream<NexmarkEvent>): Stream<Auction> {
  return events
    .filter((event) => event.type === 'auction')
    .named('auctions')
    .typed(Auction);
}

/** The bids among the events. */
export function bidsOf(events: Stream<NexmarkEvent>): Stream<Bid> {
  return events
    .filter((event) => event.type === 'bid')
    .named('bids')
    .typed(Bid);
}

/** A decimal of so many digits after the point, given without the point: `decimal(908, 3)` is `0.908`. Not below 0. */
export function decimal(unscaled: number, scale: number): string {
  const digits = String(unscaled).padStart(scale + 1, '0');
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
