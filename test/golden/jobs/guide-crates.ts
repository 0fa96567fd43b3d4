// crates: windows of records instead of time. Three bottles of a kind are a crate; the price is that of the last two.

import { z } from 'zod';
import { average, count, defineJob, fromCollection, print } from 'millrace';

const BOTTLES = [
  { wine: 'red', price: 4 },
  { wine: 'red', price: 6 },
  { wine: 'white', price: 5 },
  { wine: 'red', price: 8 },
  { wine: 'red', price: 2 },
];

export default defineJob({
  name: 'crates',
  parameters: z.object({}),
  build(env) {
    const bottles = env.from(fromCollection(BOTTLES)).keyBy('wine');
    bottles.countWindow(3).aggregate({ bottles: count() }).to(print());
    bottles.countWindow(2, 1).aggregate({ price: average('price') }).to(print());
  },
});
