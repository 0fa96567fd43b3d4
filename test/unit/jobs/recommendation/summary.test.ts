// What the recommendation job says at its end, and the verdict of its check.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareRecommendations } from '../../../../runtime/jobs/recommendation/check.ts';
import {
  readRecommendations,
  type Recommendation,
} from '../../../../runtime/jobs/recommendation/results.ts';
import { describeRecommendations } from '../../../../runtime/jobs/recommendation/summary.ts';

const out = mkdtempSync(join(tmpdir(), 'recommendation-'));
afterAll(() => {
  rmSync(out, { recursive: true });
});

const result = (user: string, day: number, score: number): Recommendation => ({
  asOf: `2026-01-0${day}T00:00:00.000Z`,
  user,
  offers: [
    { item: 'kite', title: 'Tall kite', category: 'kite', priceCents: 1_250, score },
    { item: 'rug', title: 'Rug', category: 'rug', priceCents: 99_900, score: score / 2 },
  ],
});
const RESULTS = [
  result('ada', 3, 0.4),
  result('ada', 2, 0.9),
  result('bob', 2, 0.7),
  result('cat', 2, 0.1),
  result('dot', 2, 0.7),
];

const folder = join(out, 'recommendation', 'offers');
mkdirSync(folder, { recursive: true });
const linesOf = (results: readonly Recommendation[]) =>
  results.map((one) => `${JSON.stringify(one)}\n`).join('');
writeFileSync(join(folder, 'part-0-0.jsonl'), linesOf(RESULTS.slice(0, 2)));
writeFileSync(join(folder, 'part-1-0.jsonl'), linesOf(RESULTS.slice(2)));
writeFileSync(join(folder, '.part-2-0.jsonl.inprogress-ab'), 'half a li');

describe('describeRecommendations', () => {
  it('shows the latest offers of three users', async () => {
    const [total, ...lines] = await describeRecommendations(out);
    expect(total).toBe(`5 recommendations for 4 users in ${out}/recommendation/offers`);
    expect(lines).toStrictEqual([
      'For bob, as of 2026-01-02 00:00:',
      '  Tall kite    12.50  score 0.70',
      '  Rug         999.00  score 0.35',
      'For dot, as of 2026-01-02 00:00:',
      '  Tall kite    12.50  score 0.70',
      '  Rug         999.00  score 0.35',
      'For ada, as of 2026-01-03 00:00:',
      '  Tall kite    12.50  score 0.40',
      '  Rug         999.00  score 0.20',
    ]);
  });

  it('says where it looked when the job was not run', async () => {
    await expect(describeRecommendations(join(out, 'elsewhere'))).rejects.toThrow(
      /elsewhere.*run the job first/,
    );
  });
});

describe('compareRecommendations', () => {
  it('takes the same results in any order', async () => {
    const actual = await readRecommendations(out);
    expect(compareRecommendations(actual, RESULTS.toReversed()).ok).toBe(true);
  });

  it('refuses other results, one that is missing, one twice, and late interactions', () => {
    const others = [
      RESULTS.with(0, result('ada', 3, 0.5)),
      RESULTS.slice(1),
      [...RESULTS, ...RESULTS.slice(0, 1)],
    ];
    for (const actual of others) expect(compareRecommendations(actual, RESULTS).ok).toBe(false);
    expect(compareRecommendations(RESULTS, RESULTS, 1).ok).toBe(false);
    expect(compareRecommendations(others[0] ?? [], RESULTS).lines.slice(-2)).toStrictEqual([
      `      expected ${JSON.stringify(RESULTS[0])}`,
      `      found    ${JSON.stringify(result('ada', 3, 0.5))}`,
    ]);
  });
});
