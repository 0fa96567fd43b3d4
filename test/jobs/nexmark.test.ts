// The queries of the Nexmark suite on a cluster of real processes: all of them in one job, at several parallelisms, in order
// and out of order, streaming and batch. A query is tested as soon as it is in the registry of the job.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import type { ExecutionMode } from '../../runtime/core/execution-mode.ts';
import { formatEvent } from '../../runtime/jobs/nexmark/event-lines.ts';
import type { NexmarkEvent } from '../../runtime/jobs/nexmark/events.ts';
import { EventGenerator } from '../../runtime/jobs/nexmark/generator.ts';
import { QUERIES, selectQueries } from '../../runtime/jobs/nexmark/queries.ts';
import { gatherResult, resultPath } from '../../runtime/jobs/nexmark/results.ts';
import { millrace } from '../cli/command.ts';
import { endOf, resultsOf } from '../cluster/harness.ts';
import { startCluster } from '../support/embedded.ts';
import { digestOf, type ResultDigest } from '../support/nexmark/digest.ts';
import { ANSWERED_QUERIES, referenceRows } from '../support/nexmark/reference.ts';

const JOB = new URL('../../runtime/jobs/nexmark/job.ts', import.meta.url).href;
const EXPECTED = JSON.parse(
  await readFile(new URL('../golden/nexmark/expected.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, ResultDigest>>;

/** A job of all queries, on a machine that is busy with other things. */
const DEADLINE_MS = 50_000;

const ALL = QUERIES.map(({ name }) => name);

/** Queries whose rows follow from the events: not q12. */
const NAMES = ALL.filter((name) => ANSWERED_QUERIES.includes(name));

let cluster: EmbeddedCluster;
let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'millrace-nexmark-'));
  cluster = await startCluster({ workers: 1, slots: 3 });
});
afterAll(async () => {
  await cluster.stop();
  await rm(out, { recursive: true });
});

/** Runs queries in one job, into files of `out`. */
async function run(
  queries: readonly string[],
  parallelism: number,
  { mode, ...parameters }: { readonly mode?: ExecutionMode } & Readonly<Record<string, unknown>>,
): Promise<void> {
  const id = await cluster.coordinator.submit({
    module: JOB,
    parameters: { query: queries.join(','), out, ...parameters },
    parallelism,
    mode,
  });
  resultsOf(await endOf(cluster, id, DEADLINE_MS));
  for (const query of selectQueries(queries.join(','))) await gatherResult(out, query);
}

async function rowsOf(query: string): Promise<readonly string[]> {
  return (await readFile(resultPath(out, query), 'utf8')).split('\n').slice(0, -1);
}

function eventsOf(options: {
  readonly events: number;
  readonly rate: number;
  readonly outOfOrder: number;
}): readonly NexmarkEvent[] {
  const generator = new EventGenerator(options);
  return Array.from({ length: options.events }, (_, n) => generator.event(n));
}

const WAYS = (['streaming', 'batch'] as const).flatMap((mode) =>
  [1, 2, 3].map((parallelism) => ({ mode, parallelism })),
);

/** What queries do not read, as JSON, each once. */
function unreadSets(): readonly string[] {
  return [...new Set(QUERIES.map(({ unread = [] }) => JSON.stringify(unread)))];
}

describe.each([1, 200])('10000 events, out of order by %i', (outOfOrder) => {
  const options = { events: 10_000, rate: 100, outOfOrder };
  const events = eventsOf(options);

  describe.each(WAYS)('$mode, parallelism $parallelism', ({ mode, parallelism }) => {
    beforeAll(() => run(ALL, parallelism, { ...options, mode }));

    it.each(NAMES)('%s', async (query) => {
      const expected = EXPECTED[query] ?? digestOf(referenceRows(query, events));
      expect(digestOf(await rowsOf(query))).toStrictEqual(expected);
    });

    it('q12, whose windows depend on the clock, has every bid once', async () => {
      const rows = (await rowsOf('q12')).map((line) => JSON.parse(line) as [number, number]);
      const bids = events.filter(({ type }) => type === 'bid').length;
      expect(rows.reduce((total, [, count]) => total + count, 0)).toBe(bids);
    });
  });
});

describe('7000 events, 1000 a second, out of order by 500', () => {
  const options = { events: 7_000, rate: 1_000, outOfOrder: 500 };
  const events = eventsOf(options);
  beforeAll(() => run(NAMES, 2, options));

  it.each(NAMES)('%s', async (query) => {
    expect((await rowsOf(query)).toSorted()).toStrictEqual(referenceRows(query, events));
  });
});

// A query that looks at a column which it calls unread would get it in a job with one that reads it.
describe.each(unreadSets())('only queries that do not read %j', (unread) => {
  const options = { events: 3_000, rate: 10, outOfOrder: 37 };
  const events = eventsOf(options);
  const names = QUERIES.filter((query) => JSON.stringify(query.unread ?? []) === unread)
    .map(({ name }) => name)
    .filter((name) => NAMES.includes(name));
  beforeAll(() => run(names, 2, options));

  it.each(names)('%s', async (query) => {
    expect((await rowsOf(query)).toSorted()).toStrictEqual(referenceRows(query, events));
  });
});

describe('events from files', () => {
  const options = { events: 4_000, rate: 50, outOfOrder: 100 };
  const events = eventsOf(options);

  describe.each([
    ['of unknown disorder', {}],
    ['of a disorder that is told', { rate: options.rate, outOfOrder: options.outOfOrder }],
  ])('%s', (_, told) => {
    beforeAll(async () => {
      await writeFile(join(out, 'events.txt'), events.map((e) => `${formatEvent(e)}\n`).join(''));
      await run(NAMES, 2, { input: join(out, 'events.txt'), ...told });
    });

    it.each(NAMES)('%s', async (query) => {
      expect((await rowsOf(query)).toSorted()).toStrictEqual(referenceRows(query, events));
    });
  });
});

it('leaves the rows of q10 in folders of their day and minute', async () => {
  await run(['q10'], 2, { events: 10_000, rate: 100 });
  const day = join(out, 'q10', 'dt=2015-07-15');
  expect((await readdir(day)).toSorted()).toStrictEqual(['hm=00:00', 'hm=00:01']);
  const rows: string[] = [];
  for (const folder of await readdir(day)) {
    for (const part of await readdir(join(day, folder))) {
      const lines = (await readFile(join(day, folder, part), 'utf8')).split('\n').slice(0, -1);
      for (const line of lines) expect(`hm=${(JSON.parse(line) as string[]).at(-1)!}`).toBe(folder);
      rows.push(...lines);
    }
  }
  expect(digestOf(rows)).toStrictEqual(EXPECTED['q10']);
});

describe('the command', () => {
  const SMALL = ['--workers', '1', '--slots', '2', '--rest-port', '0', '--out'];

  it('leaves one file a query and says where', async () => {
    const folder = join(out, 'command');
    const { exitCode, stdout } = await millrace(
      ...['run', 'nexmark', '--query', 'q2', ...SMALL, folder],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`q2: 22 rows in ${join(folder, 'q2.jsonl')}`);
    expect(await readdir(folder)).toStrictEqual(['q2.jsonl']);
    const lines = (await readFile(join(folder, 'q2.jsonl'), 'utf8')).split('\n').slice(0, -1);
    expect(digestOf(lines)).toStrictEqual(EXPECTED['q2']);
  });

  it('names the line of a file that is no event', async () => {
    const file = join(out, 'broken.txt');
    const [first] = eventsOf({ events: 1, rate: 1, outOfOrder: 1 });
    await writeFile(file, `${formatEvent(first!)}\nno event\n`);
    const { exitCode, stderr } = await millrace(
      ...['run', 'nexmark', '--query', 'q0', '--input', file, ...SMALL, out],
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('broken.txt, line 2 is no Nexmark event');
  });

  it('lists the queries when asked for one that is not there', async () => {
    const { exitCode, stderr } = await millrace('run', 'nexmark', '--query', 'q99', ...SMALL, out);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there is no query "q99"; use q0, q1');
  });
});
