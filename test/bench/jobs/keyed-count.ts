// The keyed count of the throughput benchmark: a generator of four-field records, keyBy, tumbling count, discard.

import { z } from 'zod';
import {
  boundedOutOfOrderness,
  count,
  defineJob,
  discard,
  generate,
  tumbling,
} from '../../../runtime/index.ts';

const Bid = z.object({ auction: z.int(), bidder: z.int(), price: z.int(), atMs: z.int() });
type Bid = z.output<typeof Bid>;

export default defineJob({
  name: 'keyed-count',
  parameters: z.object({
    records: z.number().default(20_000_000),
    keys: z.number().default(10_000),
  }),
  build(env, { records, keys }) {
    env
      .from(
        generate<Bid>({
          count: records,
          make: (index) => ({
            auction: (index * 7919) % keys,
            bidder: index % 1000,
            price: index % 997,
            atMs: Math.floor(index / 10),
          }),
        }),
        { watermarks: boundedOutOfOrderness(4000, { timestamp: (bid) => bid.atMs }) },
      )
      .uid('bids')
      .typed(Bid)
      .keyBy('auction')
      .window(tumbling({ sizeMs: 10_000 }))
      .aggregate({ bids: count() })
      .uid('count')
      .to(discard())
      .uid('discard');
  },
});
