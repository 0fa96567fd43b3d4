// q8, new users: persons who opened an auction in the ten seconds in which they joined. Both sides of a window at once, so
// that a person with several auctions is one row.

import { coGroup, tumbling } from 'millrace';
import { formatTime } from '../event-time.ts';
import { Auction, Person } from '../events.ts';
import { auctionsOf, type NexmarkQuery, personsOf, type Row } from '../query.ts';

const SIZE_MS = 10_000;

const Newcomer = Person.pick({ id: true, name: true });
const Seller = Auction.pick({ seller: true });

/**
 * SELECT P.id, P.name, P.window_start
 * FROM (SELECT id, name, window_start FROM TUMBLE(person, 10 s) GROUP BY id, name, window_start) P
 * JOIN (SELECT seller, window_start FROM TUMBLE(auction, 10 s) GROUP BY seller, window_start) A
 * ON P.id = A.seller AND P.window_start = A.window_start
 */
export const q8: NexmarkQuery = {
  name: 'q8',
  unread: ['channel', 'extra'],
  rows: (events) =>
    coGroup({
      left: personsOf(events)
        .map(({ id, name }) => ({ id, name }), { type: Newcomer })
        .keyBy('id'),
      right: auctionsOf(events)
        .map(({ seller }) => ({ seller }), { type: Seller })
        .keyBy('seller'),
      window: tumbling({ sizeMs: SIZE_MS }),
      *coGroup(persons, auctions, { window }): Iterable<Row> {
        if (auctions.length === 0) return;
        for (const { id, name } of persons) yield [id, name, formatTime(window.startMs)];
      },
    }),
};
