// Compares the recommendation job's results with those of plain loops over the same interactions.

import type { CheckVerdict } from 'millrace';
import { expectedRecommendations, type RecommendationOptions } from './expected.ts';
import { readRecommendations, readResultLines, type Recommendation } from './results.ts';
import { loadShop, type ShopSource } from './shop.ts';

/** Reads the results below `out`, computes them again and compares. */
export async function checkRecommendations(
  options: ShopSource & RecommendationOptions & { readonly out: string },
): Promise<CheckVerdict> {
  const { interactions, catalogue } = await loadShop(options);
  const expected = expectedRecommendations(interactions, catalogue, options);
  const late = await readResultLines(options.out, 'late');
  return compareRecommendations(await readRecommendations(options.out), expected, late.length);
}

/** The verdict, a line a fact. Both lists may be in any order. */
export function compareRecommendations(
  actual: readonly Recommendation[],
  expected: readonly Recommendation[],
  late = 0,
): CheckVerdict {
  const wanted = new Set(expected.map((one) => JSON.stringify(one)));
  const given = new Set(actual.map((one) => JSON.stringify(one)));
  const missing = [...wanted].filter((line) => !given.has(line));
  const extra = [...given].filter((line) => !wanted.has(line));
  const lines = [
    fact('recommendations', actual.length, expected.length),
    fact('as computed by plain loops', given.size - extra.length, wanted.size),
    fact('late interactions', late, 0),
    ...missing.slice(0, 1).map((line) => `      expected ${line}`),
    ...extra.slice(0, 1).map((line) => `      found    ${line}`),
  ];
  return { ok: lines.every((line) => line.startsWith('ok')), lines };
}

function fact(name: string, value: number, wanted: number): string {
  const [is, should] = [value.toLocaleString('en'), wanted.toLocaleString('en')];
  return value === wanted ? `ok    ${name}: ${is}` : `WRONG ${name}: ${is}, expected ${should}`;
}
