// q21, channel ids: of the four large channels by name, of the others from the address of the page; bids by a channel
// without an id are dropped.

import type { Bid } from '../events.ts';
import { bidsOf, type NexmarkQuery } from '../query.ts';

const KNOWN_IDS: ReadonlyMap<string, string> = new Map([
  ['apple', '0'],
  ['google', '1'],
  ['facebook', '2'],
  ['baidu', '3'],
]);

const ID_IN_URL = /(?:&|^)channel_id=([^&]*)/;

/**
 * SELECT auction, bidder, price, channel, CASE lower(channel) WHEN 'apple' THEN '0' .. ELSE REGEXP_EXTRACT(url, ..) END
 * FROM bid WHERE there is one
 */
export const q21: NexmarkQuery = {
  name: 'q21',
  unread: ['extra'],
  rows: (events) =>
    bidsOf(events).flatMap((bid) => {
      const id = channelId(bid);
      return id === undefined ? [] : [[bid.auction, bid.bidder, bid.price, bid.channel, id]];
    }),
};

function channelId({ channel, url }: Bid): string | undefined {
  return KNOWN_IDS.get(channel.toLowerCase()) ?? ID_IN_URL.exec(url)?.[1];
}
