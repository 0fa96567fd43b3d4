// The log-analytics job on a cluster of real processes, over lines of an access log made here: the answer is computed from
// the lines themselves, not with the job's own functions.

import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import type { JobId } from '../../runtime/core/ids.ts';
import { endOf, until, untilFree } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';

const JOB = new URL('../../runtime/jobs/log-analytics/job.ts', import.meta.url).href;
const FIRST_MS = Date.UTC(2026, 0, 2); // all lines are of January

interface Traffic {
  readonly minute: string;
  readonly path: string;
  readonly hits: number;
  readonly bytes: number;
  readonly errorRate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Line k: every 100 ms, five paths, every tenth an error, latencies of 1 to 100 ms; out of order by up to 3 s. */
function logLine(k: number): string {
  const timeMs = FIRST_MS + 100 * k - (k % 7) * 500;
  const [day = '', time = ''] = new Date(timeMs).toISOString().split('T');
  const stamp = `${day.slice(8, 10)}/Jan/${day.slice(0, 4)}:${time.slice(0, 8)} +0000`;
  const status = k % 10 === 0 ? 500 : 200;
  const seconds = (((k * 37) % 100) + 1) / 1000;
  return `10.0.0.1 - - [${stamp}] "GET /path/${k % 5}?k=${k} HTTP/1.1" ${status} ${k % 1000} "-" "agent" ${seconds.toFixed(3)}\n`;
}

function logLines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, offset) => logLine(from + offset)).join('');
}

interface Sums {
  hits: number;
  bytes: number;
  errors: number;
  latenciesMs: number[];
}

/** What each minute and path of lines 0 to `count - 1` adds up to. */
function expectedTraffic(count: number): Map<string, Sums> {
  const expected = new Map<string, Sums>();
  for (let k = 0; k < count; k++) {
    const seconds = Math.floor((FIRST_MS + 100 * k - (k % 7) * 500) / 1000);
    const minute = new Date(Math.floor(seconds / 60) * 60_000).toISOString();
    const key = `${minute} /path/${k % 5}`;
    const sums = expected.get(key) ?? { hits: 0, bytes: 0, errors: 0, latenciesMs: [] };
    sums.hits++;
    sums.bytes += k % 1000;
    if (k % 10 === 0) sums.errors++;
    sums.latenciesMs.push(((k * 37) % 100) + 1);
    expected.set(key, sums);
  }
  return expected;
}

/** The value of rank `floor(share * (n - 1))`. */
function exactQuantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}

/** One percent of the sketch, half a percent of rounding to three digits. */
const QUANTILE_ERROR = 0.015;

describe('log-analytics', () => {
  let cluster: EmbeddedCluster;
  let folder: string;
  beforeAll(async () => {
    cluster = await startCluster({ workers: 2, slots: 2 });
  });
  afterAll(async () => {
    await cluster.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-logs-'));
    return () => rm(folder, { recursive: true });
  });

  const submit = (parameters: Readonly<Record<string, unknown>>): Promise<JobId> =>
    cluster.coordinator.submit({
      module: JOB,
      parameters: { input: join(folder, '*.log'), out: join(folder, 'out'), ...parameters },
      parallelism: 4,
    });

  const read = async <Row>(sink: string): Promise<Row[]> => {
    const directory = join(folder, 'out/log-analytics', sink);
    const names = (await readdir(directory)).filter((name) => name.startsWith('part-'));
    const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
    return texts.flatMap((text) =>
      text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row])),
    );
  };

  const expectAll = async (count: number): Promise<void> => {
    const rows = await read<Traffic>('traffic');
    const expected = expectedTraffic(count);
    expect(rows.map(({ minute, path }) => `${minute} ${path}`).toSorted()).toEqual(
      [...expected.keys()].toSorted(),
    );
    for (const { minute, path, hits, bytes, errorRate, p50Ms, p99Ms } of rows) {
      const sums = expected.get(`${minute} ${path}`);
      expect([hits, bytes, Math.round(errorRate * hits)]).toEqual([
        sums?.hits,
        sums?.bytes,
        sums?.errors,
      ]);
      for (const [quantileMs, share] of [
        [p50Ms, 0.5],
        [p99Ms, 0.99],
      ] as const) {
        const exactMs = exactQuantile(sums?.latenciesMs ?? [], share);
        expect(Math.abs(quantileMs - exactMs) / exactMs).toBeLessThan(QUANTILE_ERROR);
      }
    }
  };

  it('counts every line of rotated files, whatever their order, and sets the unparsable aside', async () => {
    await writeFile(join(folder, 'access.log'), logLines(1500, 3000));
    await writeFile(join(folder, 'older.log'), `${logLines(0, 1500)}not a line of the log\n\n`);
    const execution = await endOf(cluster, await submit({}));
    expect(execution.failure).toBeUndefined();
    await expectAll(3000);
    const dead = await read<{ file: string; lineNumber: number; reason: string }>('dead-letters');
    expect(
      dead.map(({ file, lineNumber, reason }) => [file.split('/').at(-1), lineNumber, reason]),
    ).toEqual([
      ['older.log', 1501, 'no time'],
      ['older.log', 1502, 'empty'],
    ]);
  });

  it('follows a growing file: windows close while it grows, and stopping loses nothing', async () => {
    const file = join(folder, 'access.log');
    await writeFile(file, logLines(0, 1000));
    const id = await submit({ follow: true });
    const readLines = (): number =>
      cluster.coordinator
        .snapshot()
        .jobs.find((job) => job.id === id)
        ?.tasks[0]?.subtasks.reduce((sum, { metrics }) => sum + metrics.recordsIn, 0) ?? 0;
    await until('the first lines are read', () => readLines() === 1000);
    await appendFile(file, logLines(1000, 2500));
    await until('the file is followed', () => readLines() === 2500);
    await until('a window has closed', () => {
      const job = cluster.coordinator.snapshot().jobs.find((each) => each.id === id);
      return (job?.tasks[1]?.subtasks[0]?.metrics.watermarkMs ?? 0) > FIRST_MS + 60_000;
    });
    expect(cluster.coordinator.stopJob(id)).toBe(true);
    const execution = await endOf(cluster, id);
    expect(execution.status).toBe('FINISHED');
    await expectAll(2500);
    await untilFree(cluster, 4);
  });
});
