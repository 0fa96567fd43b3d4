// parcels: state without keys. Each subtask packs three articles into a parcel, and what is left at the end.

import { z } from 'zod';
import { defineJob, fromCollection, operatorListState, print } from 'millrace';

const ARTICLES = ['flour', 'bran', 'groats', 'semolina', 'malt'];

export default defineJob({
  name: 'parcels',
  parameters: z.object({ perParcel: z.int().default(3) }),
  build(env, { perParcel }) {
    env
      .from(fromCollection(ARTICLES))
      .process({
        state: { packed: operatorListState(z.string()) },
        onRecord(article, { state: { packed }, emit }) {
          packed.add(article);
          if (packed.get().length < perParcel) return;
          emit(packed.get().join(', '));
          packed.clear();
        },
        onEnd({ state: { packed }, emit }) {
          if (packed.get().length > 0) emit(packed.get().join(', '));
        },
      })
      .to(print());
  },
});
