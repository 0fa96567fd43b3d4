// unsold: what a day's auctions had in bids, and those without any.

import { z } from 'zod';
import { coGroup, defineJob, fromCollection, monotonousTimestamps, print, tumbling } from 'millrace';

const AUCTIONS = [
  { id: 1, item: 'lamp', hour: 9 },
  { id: 2, item: 'chair', hour: 10 },
];
const BIDS = [
  { auction: 1, price: 20, hour: 11 },
  { auction: 1, price: 35, hour: 12 },
  { auction: 2, price: 10, hour: 25 },
];

export default defineJob({
  name: 'unsold',
  parameters: z.object({}),
  build(env) {
    const watermarks = monotonousTimestamps<{ hour: number }>({
      timestamp: ({ hour }) => hour * 3_600_000,
    });
    coGroup({
      left: env.from(fromCollection(AUCTIONS), { watermarks }).keyBy('id'),
      right: env.from(fromCollection(BIDS), { watermarks }).keyBy('auction'),
      window: tumbling({ sizeMs: 24 * 3_600_000 }),
      coGroup: (auctions, bids) =>
        auctions.map(({ item }) => {
          if (bids.length === 0) return `the ${item} found no bidder`;
          return `the ${item} is worth ${Math.max(...bids.map(({ price }) => price))}`;
        }),
    }).to(print());
  },
});
