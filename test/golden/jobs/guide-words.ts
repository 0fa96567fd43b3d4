// words: any number of results a record, several outputs of one operator, several inputs of another.

import { z } from 'zod';
import { defineJob, fromCollection, outputTag, print } from 'millrace';

const NUMBERS = outputTag<number>('numbers');
const TEXTS = ['the mill grinds 40 sacks', 'the race carries 9 barrels'];

export default defineJob({
  name: 'words',
  parameters: z.object({}),
  build(env) {
    const words = env.from(fromCollection(TEXTS)).flatMap((text) => text.split(' '));

    const sorted = words.process<string>((word, context) => {
      if (/^\d+$/.test(word)) {
        context.count('numbers');
        context.output(NUMBERS, Number(word));
      } else if (word !== 'the') {
        context.emit(word);
      }
    });

    const numbers = sorted.sideOutput(NUMBERS).map((value) => `number ${value}`);
    sorted
      .map((word) => `word ${word}`)
      .union(numbers)
      .to(print());
  },
});
