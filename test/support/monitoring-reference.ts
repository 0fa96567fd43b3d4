// The monitoring job's answer by a single pass of plain loops, for comparing the engine's with: reads the Parquet file with
// hyparquet directly and sorts with Array's own sort; nothing of the engine, nothing of its connectors.
//   node test/support/monitoring-reference.ts 24h 2d

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parseDurationMs } from '../../runtime/core/quantity.ts';

const INPUT = resolve(
  import.meta.dirname,
  '../../node_modules/vega-datasets/data/flights-3m.parquet',
);
const HOUR_MS = 3_600_000;

interface Flight {
  readonly dateMs: number;
  readonly delay: number;
  readonly origin: string;
}

interface Hour {
  flights: number;
  sumDelay: number;
  maxDelay: number;
}

async function readFlights(): Promise<Flight[]> {
  const rows = await parquetReadObjects({
    file: await asyncBufferFromFile(INPUT),
    columns: ['date', 'delay', 'origin'],
    compressors,
  });
  return rows.map((row) => ({
    dateMs: (row['date'] as Date).getTime(),
    delay: Number(row['delay']),
    origin: row['origin'] as string,
  }));
}

/** One line of the table for one bound. */
function answer(arrivals: readonly Flight[], boundMs: number): string {
  const hours = new Map<string, Hour>();
  let late = 0;
  let watermark = -Infinity;
  for (const { dateMs, delay, origin } of arrivals) {
    const startMs = Math.floor(dateMs / HOUR_MS) * HOUR_MS;
    if (startMs + HOUR_MS - 1 <= watermark) {
      late += 1;
    } else {
      const key = `${origin},${startMs}`;
      const hour = hours.get(key) ?? { flights: 0, sumDelay: 0, maxDelay: -Infinity };
      hour.flights += 1;
      hour.sumDelay += delay;
      hour.maxDelay = Math.max(hour.maxDelay, delay);
      hours.set(key, hour);
    }
    watermark = Math.max(watermark, dateMs - boundMs - 1);
  }
  const lines = [...hours].map(
    ([key, { flights, sumDelay, maxDelay }]) => `${key},${flights},${sumDelay},${maxDelay}\n`,
  );
  // Everything is ASCII, so the order of strings is the order of their bytes.
  const sha256 = createHash('sha256').update(lines.sort().join('')).digest('hex');
  const kept = [...hours.values()].reduce((sum, { flights }) => sum + flights, 0);
  return `late ${late}, windows ${hours.size}, flights kept ${kept}, sha256 ${sha256}`;
}

const flights = await readFlights();
const arrivals = flights
  .map((flight, index) => ({ flight, index, atMs: flight.dateMs + flight.delay * 60_000 }))
  .sort((left, right) => left.atMs - right.atMs || left.index - right.index)
  .map(({ flight }) => flight);
for (const bound of process.argv.slice(2)) {
  process.stdout.write(`${bound}: ${answer(arrivals, parseDurationMs(bound) ?? NaN)}\n`);
}
