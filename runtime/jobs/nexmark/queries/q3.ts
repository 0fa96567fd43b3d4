// q3, local items: who sells in one category in three states, and what. A join without windows: a seller and an auction
// meet whenever they come, so both wait for ever.

import { join } from 'millrace';
import { Auction, Person } from '../events.ts';
import { auctionsOf, type NexmarkQuery, personsOf, type Row } from '../query.ts';

const CATEGORY = 10;
const STATES: readonly string[] = ['OR', 'ID', 'CA'];

const Seller = Person.pick({ id: true, name: true, city: true, state: true });
const Item = Auction.pick({ id: true, seller: true });

/**
 * SELECT P.name, P.city, P.state, A.id FROM auction A JOIN person P ON A.seller = P.id
 * WHERE A.category = 10 AND P.state IN ('OR', 'ID', 'CA')
 */
export const q3: NexmarkQuery = {
  name: 'q3',
  unread: ['channel', 'extra'],
  rows: (events) =>
    join({
      left: auctionsOf(events)
        .filter(({ category }) => category === CATEGORY)
        .map(({ id, seller }) => ({ id, seller }), { type: Item })
        .keyBy('seller'),
      right: personsOf(events)
        .filter(({ state }) => STATES.includes(state))
        .map(({ id, name, city, state }) => ({ id, name, city, state }), { type: Seller })
        .keyBy('id'),
      join: ({ id }, { name, city, state }): Row => [name, city, state, id],
    }),
};
