// Delays of US flights by origin and hour, from the 3,000,000 flights of 2001 replayed in the order in which they became
// known: a flight is reported when it leaves, `date + delay`, but counts for the hour of its scheduled departure, `date`.

import { z } from 'zod';
import {
  boundedOutOfOrderness,
  count,
  csvFile,
  defineJob,
  durationMs,
  max,
  parquet,
  sum,
  tumbling,
} from 'millrace';
import { checkMonitoring } from './check.ts';
import { describeReplay } from './replay-rate.ts';
import { worstHours } from './worst-hours.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const Flight = z.object({
  date: z.date(),
  delay: z.int(),
  distance: z.int(),
  origin: z.string(),
  destination: z.string(),
});
type Flight = z.output<typeof Flight>;

export default defineJob({
  name: 'monitoring',
  description: 'Flights and delays by origin and hour, over 3,000,000 US flights of 2001.',
  parameters: z.object({
    input: z
      .string()
      .default('node_modules/vega-datasets/data/flights-3m.parquet')
      .describe('Parquet file or pattern with date, delay, distance, origin, destination'),
    maxOutOfOrderness: durationMs()
      .prefault('24h')
      .describe('how late a flight may be reported and still count'),
    out: z.string().default('out').describe('folder for monitoring/windows and monitoring/late'),
  }),
  build(env, { input, maxOutOfOrderness, out }) {
    const flights = env
      .from(
        parquet<Flight>({
          path: input,
          columns: ['date', 'delay', 'distance', 'origin', 'destination'],
          orderBy: (flight) => flight.date.getTime() + flight.delay * MINUTE_MS,
        }),
        {
          watermarks: boundedOutOfOrderness(maxOutOfOrderness, {
            timestamp: (flight) => flight.date.getTime(),
            emit: 'every-record',
          }),
        },
      )
      .named('flights')
      .uid('flights')
      .parallelism(1)
      .typed(Flight);

    const hours = flights
      .keyBy('origin')
      .window(tumbling({ sizeMs: HOUR_MS }))
      .aggregate({ flights: count(), sumDelay: sum('delay'), maxDelay: max('delay') })
      .named('delays by hour')
      .uid('delays-by-hour');

    hours
      .to(
        csvFile({
          directory: `${out}/monitoring/windows`,
          columns: ['origin', 'windowStartMs', 'flights', 'sumDelay', 'maxDelay'],
        }),
      )
      .named('windows')
      .uid('windows');
    hours
      .late()
      .to(
        csvFile({
          directory: `${out}/monitoring/late`,
          columns: ['date', 'delay', 'distance', 'origin', 'destination'],
        }),
      )
      .named('late flights')
      .uid('late-flights');
  },
  async summarize({ parameters, job }) {
    return [...describeReplay(job), ...(await worstHours(parameters.out))];
  },
  async check({ parameters }) {
    return checkMonitoring(parameters.out, parameters.maxOutOfOrderness);
  },
});
