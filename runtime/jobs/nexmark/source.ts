// Where the events of the suite come from: the generator, or a file that was made by one.
//   I1. No event is late: in whatever order-keeping shares the numbers are dealt out, a reader that has seen event m meets
//       no later event n of an id below the beginning of m's group (I2 of generator.ts), so its time is at most
//       `disorderMs`, the span of a group, behind the latest; that is the bound of the watermarks.

import {
  boundedOutOfOrderness,
  type Environment,
  generate,
  lines,
  noWatermarks,
  type Stream,
  type WatermarkStrategy,
} from 'millrace';
import { parseEvent } from './event-lines.ts';
import { NexmarkEvent } from './events.ts';
import { disorderMs, EventGenerator, type GeneratorOptions } from './generator.ts';

/** Which events, and how event time passes. */
export interface EventsOptions extends GeneratorOptions {
  /** How many events to generate. */
  readonly events: number;
  /** A file or pattern of JSON Lines to read instead; `rate` and `outOfOrder` then say how disordered it is. */
  readonly input?: string | undefined;
  /** In batch mode time passes once, at the end of the input. */
  readonly mode: 'streaming' | 'batch';
}

/** The one stream that all queries read. */
export function nexmarkEvents(env: Environment, options: EventsOptions): Stream<NexmarkEvent> {
  const { events, input } = options;
  const watermarks = watermarksOf(options);
  if (input !== undefined) {
    return env
      .from(lines({ path: input }))
      .named('lines')
      .uid('lines')
      .map(parseEvent, { type: NexmarkEvent })
      .named('parse')
      .uid('parse')
      .withTimestamps(watermarks)
      .uid('event-times');
  }
  const generator = new EventGenerator(options);
  return env
    .from(generate({ count: events, make: (n) => generator.event(n) }), { watermarks })
    .named('events')
    .uid('events')
    .typed(NexmarkEvent);
}

/** A file of unknown disorder is read to its end before any window fires. */
function watermarksOf(options: EventsOptions): WatermarkStrategy<NexmarkEvent> {
  const timestamp = (event: NexmarkEvent): number => event.dateTime;
  const isUnknown = options.input !== undefined && options.outOfOrder === undefined;
  if (options.mode === 'batch' || isUnknown) return noWatermarks({ timestamp });
  return boundedOutOfOrderness(disorderMs(options), { timestamp });
}
