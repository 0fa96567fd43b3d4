// q22, directories: the first three folders of the address of each bid's page.

import { bidsOf, type NexmarkQuery } from '../query.ts';

/** SELECT auction, bidder, price, channel, SPLIT_INDEX(url, '/', 3), .. 4), .. 5) FROM bid */
export const q22: NexmarkQuery = {
  name: 'q22',
  unread: ['extra'],
  rows: (events) =>
    bidsOf(events).map(({ auction, bidder, price, channel, url }) => {
      const [, , , dir1 = '', dir2 = '', dir3 = ''] = url.split('/');
      return [auction, bidder, price, channel, dir1, dir2, dir3];
    }),
};
