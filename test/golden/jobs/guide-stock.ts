// stock: what is left of each article. As a stream, after every movement; as a batch, at the end.

import { z } from 'zod';
import { defineJob, fromCollection, monotonousTimestamps, print, valueState } from 'millrace';

const MOVEMENTS = [
  { article: 'flour', pieces: 40, day: 1 },
  { article: 'grain', pieces: 70, day: 2 },
  { article: 'flour', pieces: -15, day: 4 },
  { article: 'flour', pieces: -5, day: 3 },
];

export default defineJob({
  name: 'stock',
  parameters: z.object({}),
  build(env) {
    const movements = env.from(fromCollection(MOVEMENTS), {
      watermarks: monotonousTimestamps({ timestamp: (movement) => movement.day * 86_400_000 }),
    });
    movements
      .keyBy('article')
      .reduce((left, right) => ({ ...right, pieces: left.pieces + right.pieces }))
      .map(({ article, pieces }) => ({ article, left: pieces }))
      .to(print());

    // A function with state sees the movements of an article one after the other, in batch mode in order of their days.
    movements
      .keyBy('article')
      .process({
        state: { days: valueState<string>() },
        onRecord(movement, { state: { days }, key, registerEventTimer }) {
          days.set(`${days.get() ?? key}, day ${movement.day}`);
          registerEventTimer(10 * 86_400_000);
        },
        onEventTimer(_timeMs, { state: { days }, emit }) {
          emit(days.get());
        },
      })
      .to(print());
  },
});
