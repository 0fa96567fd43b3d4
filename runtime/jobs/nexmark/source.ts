// Where the events of the suite come from: the generator, or a file that was made by one.
//   I1. No event is late. Of two events that one reader reads one after the other, numbers m < n, the second is of the same
//       group or of a later one (I2 of generator.ts): its id is at most `outOfOrder - 1` below the first one's, and its
//       time at most `disorderMs`, the time of so many ids, because times follow ids (I3). That is the bound of the
//       watermarks, for every way to deal out the numbers that leaves each reader's rising.

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

/** Which events. */
export interface EventsOptions extends GeneratorOptions {
  /** How many events to generate. */
  readonly events: number;
  /** A file or pattern of JSON Lines to read instead; `rate` and `outOfOrder` then say how disordered it is. */
  readonly input?: string | undefined;
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
  if (isUnknown) return noWatermarks({ timestamp });
  return boundedOutOfOrderness(disorderMs(options), { timestamp });
}
