// q23, bids of sellers: every bid with who made it and what else they sell. All three are joined by the person, the two small
// sides first: then bids, which are most of the events, cross the network and wait once.

import { join } from 'millrace';
import { auctionColumns } from '../columns.ts';
import { auctionsOf, bidsOf, type NexmarkQuery, personsOf, type Row } from '../query.ts';

/** SELECT B.bidder, .., P.id, .., A.itemName, .. FROM bid B JOIN person P ON B.bidder = P.id JOIN auction A ON A.seller = B.bidder */
export const q23: NexmarkQuery = {
  name: 'q23',
  rows: (events) => {
    const sales = join({
      left: personsOf(events).keyBy('id'),
      right: auctionsOf(events).keyBy('seller'),
      join: (person, auction) => ({ person, auction, id: person.id }),
    });
    return join({
      left: bidsOf(events).keyBy('bidder'),
      right: sales.keyBy('id'),
      join: ({ bidder, price, channel, url, extra }, { person, auction }): Row => [
        bidder,
        price,
        channel,
        url,
        extra,
        person.id,
        person.name,
        person.emailAddress,
        person.creditCard,
        person.city,
        person.state,
        person.extra,
        ...auctionColumns(auction),
      ],
    });
  },
};
