// The results of a run: while it runs, part files of each query in `<out>/<query>.parts/`, as many as the sink has subtasks;
// after its end one file, `<out>/<query>.jsonl`, whatever the parallelism was.

import { createReadStream } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const LINE_FEED = 0x0a;

/** Where a query's sink writes. */
export function partsDirectory(out: string, query: string): string {
  return join(out, `${query}.parts`);
}

/** Puts a query's parts together, in any order, and removes them. Resolves with the number of rows. */
export async function gatherResult(out: string, query: string): Promise<number> {
  const parts = partsDirectory(out, query);
  const names = (await readdir(parts)).filter((name) => name.startsWith('part-'));
  await using result = await open(resultPath(out, query), 'w');
  let rows = 0;
  for (const name of names) {
    for await (const chunk of createReadStream(join(parts, name)) as AsyncIterable<Buffer>) {
      await result.writeFile(chunk);
      rows += countRows(chunk);
    }
  }
  await rm(parts, { recursive: true });
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
