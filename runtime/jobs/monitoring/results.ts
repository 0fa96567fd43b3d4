// Reads what the monitoring job wrote: `monitoring/windows/*.csv` and `monitoring/late/*.csv` below the output folder.
// Hidden files are unfinished and not looked at.

import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from 'millrace';

/** One hour of one origin, as written. */
export interface WindowLine {
  readonly origin: string;
  readonly startMs: number;
  readonly flights: number;
  readonly sumDelay: number;
  readonly maxDelay: number;
}

/** The lines of the windows, in no particular order; one character a byte, so that they sort bytewise. */
export async function readWindowLines(out: string): Promise<string[]> {
  const paths = await listCsv(join(out, 'monitoring', 'windows'));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1')));
  return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
}

/** How many flights were late. */
export async function countLateLines(out: string): Promise<number> {
  let count = 0;
  for (const path of await listCsv(join(out, 'monitoring', 'late'))) {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      count += countNewlines(chunk);
    }
  }
  return count;
}

/** The fields of a line; airports have no commas, so none is quoted. */
export function parseWindowLine(line: string): WindowLine {
  const [origin = '', startMs, flights, sumDelay, maxDelay] = line.split(',');
  const window = {
    origin,
    startMs: Number(startMs),
    flights: Number(flights),
    sumDelay: Number(sumDelay),
    maxDelay: Number(maxDelay),
  };
  if (Object.values(window).every((value) => typeof value === 'string' || Number.isFinite(value))) {
    return window;
  }
  throw new EngineError(
    'CHECK_FAILED',
    `'${line}' is not a window: it should be origin,startMs,flights,sumDelay,maxDelay`,
  );
}

async function listCsv(directory: string): Promise<readonly string[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => name.endsWith('.csv') && !name.startsWith('.'))
      .sort()
      .map((name) => join(directory, name));
  } catch (cause) {
    throw new EngineError(
      'CHECK_FAILED',
      `the results are not in ${directory}; run the job first, with the same output folder`,
      { cause },
    );
  }
}

function countNewlines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
