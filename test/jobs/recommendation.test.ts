// The recommendation job on a cluster of real processes, against the answer of plain loops: at several parallelisms, as a
// stream and as a batch, generated and from files; and as a command.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import type { ExecutionMode } from '../../runtime/core/execution-mode.ts';
import {
  checkRecommendations,
  compareRecommendations,
} from '../../runtime/jobs/recommendation/check.ts';
import { expectedRecommendations } from '../../runtime/jobs/recommendation/expected.ts';
import { readRecommendations, readResultLines } from '../../runtime/jobs/recommendation/results.ts';
import { listShop } from '../../runtime/jobs/recommendation/shop.ts';
import { millrace } from '../cli/command.ts';
import { endOf, resultsOf } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';

const JOB = new URL('../../runtime/jobs/recommendation/job.ts', import.meta.url).href;
const HOUR_MS = 3_600_000;
const SHOP = { interactions: 4_000, users: 80, items: 64, span: 60 * HOUR_MS };
const RULES = {
  ...{ gap: HOUR_MS / 2, every: 12 * HOUR_MS, horizon: 36 * HOUR_MS },
  ...{ related: 6, minTogether: 2, top: 4 },
};
const OPTIONS = { ...SHOP, ...RULES };

let cluster: EmbeddedCluster;
let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'millrace-recommendation-'));
  cluster = await startCluster({ workers: 1, slots: 3 });
});
afterAll(async () => {
  await cluster.stop();
  await rm(out, { recursive: true });
});

async function run(
  parallelism: number,
  mode: ExecutionMode,
  parameters: Readonly<Record<string, unknown>>,
): Promise<void> {
  const given = { ...OPTIONS, ...parameters, out };
  const id = await cluster.coordinator.submit({
    module: JOB,
    parameters: given,
    parallelism,
    mode,
  });
  resultsOf(await endOf(cluster, id, 50_000));
}

describe.each([
  { parallelism: 1, mode: 'streaming' },
  { parallelism: 3, mode: 'streaming' },
  { parallelism: 2, mode: 'batch' },
] as const)('recommendation, parallelism $parallelism, $mode', ({ parallelism, mode }) => {
  it('gives what plain loops give', async () => {
    await run(parallelism, mode, {});
    const { interactions, catalogue } = listShop(SHOP);
    const expected = expectedRecommendations(interactions, catalogue, RULES);
    expect(expected.length).toBeGreaterThan(100);
    expect(compareRecommendations(await readRecommendations(out), expected).lines).toStrictEqual([
      `ok    recommendations: ${expected.length}`,
      `ok    as computed by plain loops: ${expected.length}`,
      'ok    late interactions: 0',
    ]);
  });

  it('gives it from files, and keeps apart what is no record', async () => {
    const { interactions, catalogue } = listShop(SHOP);
    const [input, updates] = [join(out, 'interactions.jsonl'), join(out, 'catalogue.jsonl')];
    const broken = ['{"user":"ada"}', 'no JSON'];
    await writeFile(
      input,
      [...broken, ...interactions.map((one) => JSON.stringify(one))].join('\n'),
    );
    await writeFile(updates, [...catalogue.map((one) => JSON.stringify(one)), '{}'].join('\n'));
    const files = { input, catalogue: updates };
    // Without a bound nothing is known before the end of the files; with one, days pass while they are read.
    for (const bound of [{}, { maxOutOfOrderness: 8 * HOUR_MS }]) {
      await run(parallelism, mode, { ...files, ...bound });
      expect(await checkRecommendations({ ...OPTIONS, ...files, out })).toMatchObject({ ok: true });
      const refused = await readResultLines(out, 'dead-letters');
      expect(
        refused.map((line) => (JSON.parse(line) as { line: string }).line).sort(),
      ).toStrictEqual(['no JSON', '{"user":"ada"}', '{}']);
    }
  });
});

describe('the command', () => {
  const SMALL = ['--workers', '1', '--slots', '2', '--rest-port', '0', '--out'];

  it('shows what some users are offered, and checks all of it', async () => {
    const { exitCode, stdout } = await millrace(
      ...['run', 'recommendation', '--interactions', '3000', '--check', ...SMALL, join(out, 'cli')],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\d+ recommendations for \d+ users in .*offers\n/);
    expect(stdout).toMatch(
      /For user-\d+, as of 2026-01-0\d 00:00:\n( {2}\w+ \w+ No\. \d+ .*score \d+\.\d\d\n)+/,
    );
    expect(stdout).toMatch(/ok {4}recommendations: \d+\n/);
  });

  it('refuses interactions without a catalogue, and a horizon that is not whole days', async () => {
    const { exitCode, stderr } = await millrace(
      ...['run', 'recommendation', '--input', 'a.jsonl', '--horizon', '36h', ...SMALL, out],
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('catalogue: interactions from files need a catalogue from files');
    expect(stderr).toContain('horizon: must be a multiple of every');
  });
});
