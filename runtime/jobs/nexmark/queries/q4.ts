// q4, average price of a category: an aggregate of an aggregate. With a higher bid the auction's row changes, and the
// average of its category with it; what is written is what is left at the end.

import { average, groupAggregate, join, max } from 'millrace';
import { isInTime, WAIT_MS } from '../bids-in-time.ts';
import { Auction, Bid } from '../events.ts';
import { auctionsOf, bidsOf, type NexmarkQuery } from '../query.ts';

const Item = Auction.pick({ id: true, category: true, dateTime: true, expires: true });
const Offer = Bid.pick({ auction: true, price: true, dateTime: true });

/**
 * SELECT category, AVG(final) FROM (
 *   SELECT A.category, MAX(B.price) AS final FROM auction A JOIN bid B ON A.id = B.auction
 *   WHERE B.dateTime BETWEEN A.dateTime AND A.expires GROUP BY A.id, A.category
 * ) GROUP BY category
 */
export const q4: NexmarkQuery = {
  name: 'q4',
  unread: ['channel', 'extra'],
  rows: (events) => {
    const offers = join({
      left: auctionsOf(events)
        .map(({ id, category, dateTime, expires }) => ({ id, category, dateTime, expires }), {
          type: Item,
        })
        .keyBy('id'),
      right: bidsOf(events)
        .map(({ auction, price, dateTime }) => ({ auction, price, dateTime }), { type: Offer })
        .keyBy('auction'),
      where: (auction, bid) => isInTime(auction, bid),
      retainMs: WAIT_MS,
      join: ({ id, category }, { price }) => ({ id, category, price }),
    });
    const highest = groupAggregate(offers.keyBy(['id', 'category']), { final: max('price') });
    return groupAggregate(highest.keyBy('category'), { final: average('final') })
      .collapse()
      .map(({ category, final }) => [category, Math.trunc(final)]);
  },
};
