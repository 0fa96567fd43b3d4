// The results of a run: while it runs, part files of each query in `<out>/<query>.parts/`, as many as the sink has subtasks;
// after its end one file, `<out>/<query>.jsonl`, whatever the parallelism was. Parts in folders of their own, in
// `<out>/<query>/`, are a result themselves and stay.

import { createReadStream } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { NexmarkQuery } from './query.ts';

const LINE_FEED = 0x0a;

/** Where a query's sink writes. */
export function partsDirectory(out: string, { name, partitionBy }: NexmarkQuery): string {
  return join(out, partitionBy === undefined ? `${name}.parts` : name);
}

/** Puts a query's parts together, in any order, and removes those that need not stay. Resolves with the number of rows. */
export async function gatherResult(out: string, query: NexmarkQuery): Promise<number> {
  const parts = partsDirectory(out, query);
  const names = (await readdir(parts, { recursive: true })).filter((name) =>
    basename(name).startsWith('part-'),
  );
  await using result = await open(resultPath(out, query.name), 'w');
  let rows = 0;
  for (const name of names) {
    for await (const chunk of createReadStream(join(parts, name)) as AsyncIterable<Buffer>) {
      await result.writeFile(chunk);
      rows += countRows(chunk);
    }
  }
  if (query.partitionBy === undefined) await rm(parts, { recursive: true });
  return rows;
}

/** The file of a query's final rows. */
export function resultPath(out: string, query: string): string {
  return join(out, `${query}.jsonl`);
}

function countRows(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) {
    count += 1;
  }
  return count;
}
