// Joins, running aggregates and top-n lists over an auction house: what is left at the end does not depend on how the
// records of the inputs fall between each other, nor on where they are processed.

import { z } from 'zod';
import {
  average,
  boundedOutOfOrderness,
  type Change,
  collect,
  count,
  countDistinct,
  deduplicate,
  defineJob,
  filtered,
  fromChanges,
  generate,
  groupAggregate,
  join,
  max,
  min,
  type Stream,
  sum,
  topN,
} from '../../../runtime/index.ts';

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly state: string;
  readonly atMs: number;
}

export interface Auction {
  readonly id: number;
  readonly seller: number;
  readonly category: number;
  readonly atMs: number;
  readonly expiresMs: number;
}

export interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly atMs: number;
}

export interface Listing {
  readonly id: number;
  readonly title: string;
  readonly auction: number;
}

/** How far records are out of order. */
export const BOUND_MS = 500;

/** Later than its number says, by up to the bound: neighbours change places. */
function timeOf(index: number, everyMs: number): number {
  return index * everyMs + ((index * 7919) % BOUND_MS);
}

/** Some persons sell nothing. */
export function person(index: number): Person {
  return {
    id: index,
    name: `person ${index}`,
    state: ['OR', 'ID', 'CA', 'WA'][index % 4] ?? '',
    atMs: timeOf(index, 40),
  };
}

/** Some sellers are unknown. */
export function auction(index: number): Auction {
  const atMs = timeOf(index, 20);
  return {
    id: index,
    seller: (index * 13) % 71,
    category: 10 + (index % 5),
    atMs,
    expiresMs: atMs + 300 + ((index * 37) % 1500),
  };
}

/** Some auctions get no bid in time; prices and times are unlike, so that no two bids tie. */
export function bid(index: number): Bid {
  const atMs = timeOf(index, 2);
  return {
    auction: Math.floor(index / 10) + ((index * 31) % 5),
    bidder: (index * 17) % 61,
    price: ((index * 7907) % 100_003) + 1,
    channel: `channel ${index % 3}`,
    atMs,
  };
}

/** A listing is written, often moved to another auction, and sometimes taken down, as a database would tell it. */
export function listingChanges(index: number): readonly Change<Listing>[] {
  const at = (version: number): Listing => ({
    id: index,
    title: `listing ${index}.${version}`,
    auction: (index * 5 + version * 3) % 40,
  });
  const changes: Change<Listing>[] = [{ kind: '+I', row: at(0) }];
  for (let version = 1; version <= index % 4; version++) {
    changes.push({ kind: '-U', row: at(version - 1) }, { kind: '+U', row: at(version) });
  }
  if (index % 5 === 0) changes.push({ kind: '-D', row: at(index % 4) });
  return changes;
}

interface House {
  readonly persons: Stream<Person>;
  readonly auctions: Stream<Auction>;
  readonly bids: Stream<Bid>;
}

/** Every bid that was made in time, with its auction. */
function validBids({ auctions, bids }: House) {
  return join({
    left: auctions.keyBy('id'),
    right: bids.keyBy('auction'),
    where: ({ atMs, expiresMs }, { atMs: bidMs }) => bidMs >= atMs && bidMs <= expiresMs,
    join: ({ id, category }, { bidder, price, atMs }) => ({ id, category, bidder, price, atMs }),
  });
}

/** Sellers in three states and what they sell in one category. */
function localSellers({ persons, auctions }: House) {
  return join({
    left: auctions.filter(({ category }) => category === 10).keyBy('seller'),
    right: persons.filter(({ state }) => ['OR', 'ID', 'CA'].includes(state)).keyBy('id'),
    join: ({ id }, { name, state }) => ({ name, state, auction: id }),
  });
}

/** The average over each category of the highest valid bid of its auctions. */
function averageOfHighest(house: House) {
  const highest = groupAggregate(validBids(house).keyBy(['id', 'category']), {
    final: max('price'),
  });
  return groupAggregate(highest.keyBy('category'), {
    average: average('final'),
    lowest: min('final'),
    auctions: count(),
  });
}

/** The highest valid bid of each auction; of equal ones the earliest. */
function winningBids(house: House) {
  return topN(validBids(house).keyBy('id'), {
    n: 1,
    compare: (left, right) => right.price - left.price || left.atMs - right.atMs,
  });
}

/** Sellers who also bid: each bid with who made it and what else they sell. */
function biddingSellers({ persons, auctions, bids }: House) {
  const known = join({
    left: bids.keyBy('bidder'),
    right: persons.keyBy('id'),
    join: ({ bidder, price }, { name }) => ({ bidder, price, name }),
  });
  return join({
    left: known.keyBy('bidder'),
    right: auctions.keyBy('seller'),
    join: ({ price, name }, { id }) => ({ price, name, auction: id }),
  });
}

/** Per channel, with conditions and different values. */
function channels({ bids }: House) {
  return groupAggregate(bids.keyBy('channel'), {
    bids: count(),
    cheap: filtered(count(), ({ price }) => price < 10_000),
    cheapest: filtered(min('price'), ({ price }) => price > 50_000),
    bidders: countDistinct('bidder'),
    total: sum('price'),
  });
}

/** All persons and how many auctions they have; sellers whom nobody knows too. */
function everySeller({ persons, auctions }: House) {
  return join({
    kind: 'full',
    left: persons.keyBy('id'),
    right: groupAggregate(auctions.keyBy('seller'), { auctions: count() }).keyBy('seller'),
    join: (who, sales) => ({ id: who?.id ?? sales?.seller, name: who?.name, sales: sales?.auctions }),
  });
}

function write<T>(branch: string, stream: Stream<T>): void {
  stream.map((value) => ({ branch, value })).to(collect());
}

export default defineJob({
  name: 'auctions',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    const watermarks = <T extends { readonly atMs: number }>() => ({
      watermarks: boundedOutOfOrderness<T>(BOUND_MS, { timestamp: ({ atMs }) => atMs }),
    });
    const house: House = {
      persons: env.from(generate({ count: records / 20, make: person }), watermarks<Person>()),
      auctions: env.from(generate({ count: records / 10, make: auction }), watermarks<Auction>()),
      bids: env.from(generate({ count: records, make: bid }), watermarks<Bid>()),
    };
    const listings = fromChanges(
      env.from(generate({ count: records / 20, make: listingChanges })).flatMap((changes) => changes),
      { primaryKey: ['id'] },
    );
    const perAuction = groupAggregate(listings.keyBy('auction'), { listings: count() });
    const top = topN(house.bids.keyBy('auction'), {
      n: 3,
      compare: (left, right) => right.price - left.price,
      rankField: 'rank',
    });
    write('localSellers', localSellers(house));
    write('averageOfHighest', averageOfHighest(house).collapse());
    write('winningBids', winningBids(house).collapse());
    write('biddingSellers', biddingSellers(house));
    write('channels', channels(house).collapse());
    write('everySeller', everySeller(house).collapse());
    write('firstBids', deduplicate(house.bids.keyBy('bidder'), { keep: 'first' }));
    const perBidder = house.bids.keyBy(['bidder', 'auction']);
    write('lastBids', deduplicate(perBidder, { keep: 'last' }).collapse());
    write('topBids', top.collapse());
    write('topChanges', top.filter(({ price }) => price % 2 === 0).toStream());
    write('titles', listings.map(({ title }) => ({ title })).collapse());
    write('finalListings', perAuction.filter((row) => row.listings > 1).collapse());
    const listed = join({
      left: house.auctions.keyBy('id'),
      right: listings.keyBy('auction'),
      join: ({ category }, { title }) => ({ category, title }),
    });
    write('listingsOfAuctions', listed.collapse());
    const lengths = listings.map(({ title }) => ({ length: title.length })).keyBy('length');
    write(
      'perTitleLength',
      groupAggregate(lengths, { listings: count() }, { emit: 'final' }).toStream(),
    );
    perAuction.toUpsert(collect());
  },
});
