// The results of the recommendation job: a line of JSON for each user and day, below `<out>/recommendation/offers`.
// Hidden files are unfinished and not looked at.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from 'millrace';
import { z } from 'zod';
import { Offer } from './catalogue.ts';

/** What a user was offered at the end of a day (in UTC). */
export const Recommendation = z.object({
  asOf: z.string(),
  user: z.string(),
  offers: z.array(Offer),
});
export type Recommendation = z.output<typeof Recommendation>;

/** Below `out`: results, and lines that were no records. */
export function resultDirectory(out: string, name: 'offers' | 'dead-letters' | 'late'): string {
  return join(out, 'recommendation', name);
}

/** Every result, in no particular order. */
export async function readRecommendations(out: string): Promise<readonly Recommendation[]> {
  const lines = await readResultLines(out, 'offers');
  return lines.map((line) => JSON.parse(line) as Recommendation);
}

/** The lines of all files of a directory of results. */
export async function readResultLines(
  out: string,
  name: Parameters<typeof resultDirectory>[1],
): Promise<readonly string[]> {
  const directory = resultDirectory(out, name);
  try {
    const files = (await readdir(directory)).filter((file) => file.startsWith('part-')).sort();
    const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
    return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
  } catch (cause) {
    throw new EngineError(
      'CHECK_FAILED',
      `the results are not in ${directory}; run the job first, with the same output folder`,
      { cause },
    );
  }
}
