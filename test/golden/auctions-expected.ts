// The answers of jobs/auctions.ts, worked out with loops over whole inputs.

import {
  type Auction,
  auction,
  type Bid,
  bid,
  type Listing,
  listingChanges,
  person,
} from './jobs/auctions.ts';

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);

function groups<T>(rows: readonly T[], keyOf: (row: T) => unknown): readonly (readonly T[])[] {
  const found = new Map<unknown, T[]>();
  for (const row of rows) found.set(keyOf(row), [...(found.get(keyOf(row)) ?? []), row]);
  return [...found.values()];
}

const highest = (rows: readonly { readonly price: number }[]): number =>
  Math.max(...rows.map(({ price }) => price));

/** The listings that are left. */
function listingsAtTheEnd(many: number): readonly Listing[] {
  return range(many)
    .map((index) => listingChanges(index).at(-1))
    .flatMap((last) => (last === undefined || last.kind === '-D' ? [] : [last.row]));
}

/** Final rows by branch. */
export function auctionAnswers(records: number): Readonly<Record<string, readonly unknown[]>> {
  const persons = range(records / 20).map(person);
  const auctions = range(records / 10).map(auction);
  const bids = range(records).map(bid);
  const listings = listingsAtTheEnd(records / 20);
  const valid = auctions.flatMap((of) => validBids(of, bids));
  return {
    localSellers: persons
      .filter(({ state }) => state !== 'WA')
      .flatMap(({ id, name, state }) =>
        auctions
          .filter(({ seller, category }) => seller === id && category === 10)
          .map((sold) => ({ name, state, auction: sold.id })),
      ),
    averageOfHighest: groups(valid, ({ category }) => category).map((inCategory) => {
      const finals = groups(inCategory, ({ id }) => id).map(highest);
      const total = finals.reduce((left, right) => left + right);
      return {
        category: inCategory[0]?.category,
        average: total / finals.length,
        lowest: Math.min(...finals),
        auctions: finals.length,
      };
    }),
    winningBids: groups(valid, ({ id }) => id).map((ofAuction) =>
      ofAuction.find(({ price }) => price === highest(ofAuction)),
    ),
    biddingSellers: bids.flatMap(({ bidder, price }) =>
      auctions
        .filter(({ seller }) => seller === bidder && persons[bidder] !== undefined)
        .map(({ id }) => ({ price, name: persons[bidder]?.name, auction: id })),
    ),
    channels: groups(bids, ({ channel }) => channel).map((ofChannel) => ({
      channel: ofChannel[0]?.channel,
      bids: ofChannel.length,
      cheap: ofChannel.filter(({ price }) => price < 10_000).length,
      cheapest: Math.min(...ofChannel.map(({ price }) => price).filter((price) => price > 50_000)),
      bidders: new Set(ofChannel.map(({ bidder }) => bidder)).size,
      total: ofChannel.reduce((total, { price }) => total + price, 0),
    })),
    everySeller: [...new Set([...persons.map(({ id }) => id), ...auctions.map(({ seller }) => seller)])].map(
      (id) => {
        const sales = auctions.filter(({ seller }) => seller === id).length;
        return { id, name: persons[id]?.name, sales: sales === 0 ? undefined : sales };
      },
    ),
    firstBids: groups(bids, ({ bidder }) => bidder).map((mine) => inTime(mine)[0]),
    lastBids: groups(bids, ({ bidder, auction: on }) => `${bidder}/${on}`).map((mine) => inTime(mine).at(-1)),
    topBids: topBids(bids),
    listingsOfAuctions: listings.flatMap(({ title, auction: on }) =>
      auctions.filter(({ id }) => id === on).map(({ category }) => ({ category, title })),
    ),
    titles: listings.map(({ title }) => ({ title })),
    finalListings: perAuction(listings).filter(({ listings: many }) => many > 1),
    perTitleLength: groups(listings, ({ title }) => title.length).map((alike) => ({
      kind: '+I',
      row: { length: alike[0]?.title.length, listings: alike.length },
    })),
  };
}

/** How many listings each auction has at the end. */
function perAuction(listings: readonly Listing[]) {
  return groups(listings, ({ auction: on }) => on).map((alike) => ({
    auction: alike[0]?.auction,
    listings: alike.length,
  }));
}

/** What is left of `perAuction` when deletes are told as null. */
export function upsertAnswer(records: number): readonly unknown[] {
  return perAuction(listingsAtTheEnd(records / 20));
}

/** The first three bids of each auction with their ranks. */
export function topBids(bids: readonly Bid[]): readonly (Bid & { rank: number })[] {
  return groups(bids, ({ auction: on }) => on).flatMap((ofAuction) =>
    ofAuction
      .toSorted((left, right) => right.price - left.price)
      .slice(0, 3)
      .map((one, index) => ({ ...one, rank: index + 1 })),
  );
}

function validBids({ id, category, atMs, expiresMs }: Auction, bids: readonly Bid[]) {
  return bids
    .filter((one) => one.auction === id && one.atMs >= atMs && one.atMs <= expiresMs)
    .map(({ bidder, price, atMs: bidMs }) => ({ id, category, bidder, price, atMs: bidMs }));
}

function inTime(bids: readonly Bid[]): readonly Bid[] {
  return bids.toSorted((left, right) => left.atMs - right.atMs);
}
