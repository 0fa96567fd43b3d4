// The answers to the queries that bring bids, auctions and persons together, whenever each of them comes: q3, q4, q6, q9,
// q20, q23.

import {
  type Auction,
  auctionDetails,
  type Bid,
  bidWithChannel,
  type Events,
  groupBy,
  largest,
  type Row,
  timeText,
  total,
} from './table.ts';

const CATEGORY = 10;
const SALES = 10;

export function q3({ auctions, persons }: Events): Row[] {
  const sellers = groupBy(persons, ({ id }) => id);
  return auctions
    .filter(({ category }) => category === CATEGORY)
    .flatMap((auction) =>
      (sellers.get(auction.seller) ?? [])
        .filter(({ state }) => ['OR', 'ID', 'CA'].includes(state))
        .map(({ name, city, state }) => [name, city, state, auction.id]),
    );
}

export function q4(events: Events): Row[] {
  const winning = validBids(events).map(({ auction, bids }) => ({
    category: auction.category,
    price: largest(bids.map(({ price }) => price)),
  }));
  return [...groupBy(winning, ({ category }) => category)].map(([category, group]) => [
    category,
    Math.trunc(total(group.map(({ price }) => price)) / group.length),
  ]);
}

export function q6(events: Events): Row[] {
  return [...groupBy(winningBids(events), ({ auction }) => auction.seller)].map(
    ([seller, sold]) => {
      const last = sold
        .toSorted(
          (left, right) =>
            right.bid.dateTime - left.bid.dateTime || right.auction.id - left.auction.id,
        )
        .slice(0, SALES);
      return [seller, Math.trunc(total(last.map(({ bid }) => bid.price)) / last.length)];
    },
  );
}

export function q9(events: Events): Row[] {
  return winningBids(events).map(({ auction, bid }) => [
    auction.id,
    ...auctionDetails(auction),
    ...bidColumns(bid),
  ]);
}

function winningBids(events: Events): { auction: Auction; bid: Bid }[] {
  return validBids(events).map(({ auction, bids }) => {
    const [bid] = bids.toSorted(
      (left, right) => right.price - left.price || left.dateTime - right.dateTime,
    );
    return { auction, bid: bid! };
  });
}

/** Auctions that have bids from their beginning to their end, both included, with these bids. */
function validBids({ auctions, bids }: Events): { auction: Auction; bids: Bid[] }[] {
  const byAuction = groupBy(bids, ({ auction }) => auction);
  return auctions
    .map((auction) => ({
      auction,
      bids: (byAuction.get(auction.id) ?? []).filter(
        ({ dateTime }) => dateTime >= auction.dateTime && dateTime <= auction.expires,
      ),
    }))
    .filter((found) => found.bids.length > 0);
}

function bidColumns({ auction, bidder, price, dateTime, extra }: Bid): Row {
  return [auction, bidder, price, timeText(dateTime), extra];
}

export function q20({ auctions, bids }: Events): Row[] {
  const ofCategory = groupBy(
    auctions.filter(({ category }) => category === CATEGORY),
    ({ id }) => id,
  );
  return bids.flatMap((bid) =>
    (ofCategory.get(bid.auction) ?? []).map((auction) => [
      ...bidWithChannel(bid),
      ...auctionDetails(auction),
    ]),
  );
}

export function q23({ auctions, bids, persons }: Events): Row[] {
  const people = groupBy(persons, ({ id }) => id);
  const bySeller = groupBy(auctions, ({ seller }) => seller);
  return bids.flatMap((bid) =>
    (people.get(bid.bidder) ?? []).flatMap((person) =>
      (bySeller.get(bid.bidder) ?? []).map((auction) => [
        bid.bidder,
        bid.price,
        bid.channel,
        bid.url,
        bid.extra,
        person.id,
        person.name,
        person.emailAddress,
        person.creditCard,
        person.city,
        person.state,
        person.extra,
        ...auctionDetails(auction),
      ]),
    ),
  );
}
