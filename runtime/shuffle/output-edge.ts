// One edge of the physical plan as its producing subtask sees it: a partitioner in front of the channels to the
// downstream subtasks. The partitioning is chosen once; per record it is one closure call.
//   I1. Records with the same key group reach the same channel, in order.
//   I2. Watermarks, idleness and the end go to every channel.

import { hashOfKey, keyGroupOfHash, subtaskOfKeyGroup, type Key } from '../core/key-group.ts';
import { EngineError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { ChannelWriter } from './channel-writer.ts';
import { ACTIVE, END, IDLE } from './element.ts';

/** How records are spread over the channels; the functions come from the job. */
export type Distribution =
  | { readonly kind: 'single' } // one channel, or always the first (forward, global)
  | { readonly kind: 'round-robin'; readonly first: number } // rebalance, rescale
  | { readonly kind: 'random'; readonly random: Random } // shuffle
  | { readonly kind: 'broadcast' }
  | {
      readonly kind: 'hash';
      readonly keyOf: (value: unknown) => Key;
      readonly maxParallelism: number;
    }
  | { readonly kind: 'custom'; readonly choose: (value: unknown, channels: number) => number };

/** Makes the error to throw when a function of the job failed for a record, or a channel refused it. */
export type RouteFailure = (error: unknown, record: unknown) => Error;

/** Takes one record to its channel. */
export type Route = (value: unknown, timestampMs: number) => void;

/** The producing end of an edge. */
export class OutputEdge {
  readonly emit: Route;
  readonly #writers: readonly ChannelWriter[];

  constructor(
    writers: readonly ChannelWriter[],
    distribution: Distribution,
    failure: RouteFailure,
  ) {
    this.#writers = writers;
    this.emit = makeRoute(writers, distribution, failure);
  }

  writeWatermark(watermarkMs: number): void {
    for (const writer of this.#writers) writer.writeWatermark(watermarkMs);
  }

  writeStatus(isIdle: boolean): void {
    for (const writer of this.#writers) writer.writeSignal(isIdle ? IDLE : ACTIVE);
  }

  /** The last element; what is written is handed over as room allows. */
  end(): void {
    for (const writer of this.#writers) {
      writer.writeSignal(END);
      writer.flush();
    }
  }

  /** True when something is written and not handed over. */
  hasUnflushed(): boolean {
    return this.#writers.some((writer) => writer.hasUnflushed);
  }

  flush(): void {
    for (const writer of this.#writers) writer.flush();
  }

  /** Moves overflow on; true when none is left. */
  drain(): boolean {
    let isDrained = true;
    for (const writer of this.#writers) if (!writer.drain()) isDrained = false;
    return isDrained;
  }
}

function makeRoute(
  writers: readonly ChannelWriter[],
  distribution: Distribution,
  failure: RouteFailure,
): Route {
  const count = writers.length;
  switch (distribution.kind) {
    case 'single': {
      const only = at(writers, 0);
      return (value, timestampMs) => {
        try {
          only.writeRecord(value, timestampMs);
        } catch (error) {
          throw refusal(error, value, failure);
        }
      };
    }
    case 'round-robin': {
      let next = distribution.first % count;
      return (value, timestampMs) => {
        try {
          at(writers, next).writeRecord(value, timestampMs);
        } catch (error) {
          throw refusal(error, value, failure);
        }
        next = next + 1 === count ? 0 : next + 1;
      };
    }
    case 'random': {
      const { random } = distribution;
      return (value, timestampMs) => {
        try {
          at(writers, Math.floor(random.next() * count)).writeRecord(value, timestampMs);
        } catch (error) {
          throw refusal(error, value, failure);
        }
      };
    }
    case 'broadcast':
      return (value, timestampMs) => {
        try {
          for (const writer of writers) writer.writeRecord(value, timestampMs);
        } catch (error) {
          throw refusal(error, value, failure);
        }
      };
    case 'hash':
      return routeByKeyGroup(writers, distribution, failure);
    case 'custom':
      return routeByChoice(writers, distribution.choose, failure);
  }
}

function routeByKeyGroup(
  writers: readonly ChannelWriter[],
  { keyOf, maxParallelism }: Extract<Distribution, { kind: 'hash' }>,
  failure: RouteFailure,
): Route {
  const writerOfGroup = Array.from({ length: maxParallelism }, (_, keyGroup) =>
    at(writers, subtaskOfKeyGroup(keyGroup, maxParallelism, writers.length)),
  );
  return (value, timestampMs) => {
    let key: Key;
    try {
      key = keyOf(value);
    } catch (error) {
      throw failure(error, value);
    }
    try {
      const keyGroup = keyGroupOfHash(hashOfKey(key), maxParallelism);
      at(writerOfGroup, keyGroup).writeRecord(value, timestampMs);
    } catch (error) {
      throw refusal(error, value, failure);
    }
  };
}

function routeByChoice(
  writers: readonly ChannelWriter[],
  choose: (value: unknown, channels: number) => number,
  failure: RouteFailure,
): Route {
  return (value, timestampMs) => {
    let writer: ChannelWriter;
    try {
      writer = chosenWriter(writers, choose(value, writers.length));
    } catch (error) {
      throw failure(error, value);
    }
    try {
      writer.writeRecord(value, timestampMs);
    } catch (error) {
      throw refusal(error, value, failure);
    }
  };
}

/** A record that a channel refuses is told like a failed function; anything else is a bug of ours and stays one. */
function refusal(error: unknown, record: unknown, failure: RouteFailure): unknown {
  return error instanceof EngineError ? failure(error, record) : error;
}

function chosenWriter(writers: readonly ChannelWriter[], chosen: number): ChannelWriter {
  const writer = writers[chosen];
  if (writer !== undefined) return writer;
  throw new EngineError(
    'USER_FUNCTION_FAILED',
    `The custom partitioner chose channel ${chosen}; it must return an integer from 0 to ${writers.length - 1}.`,
  );
}

function at(writers: readonly ChannelWriter[], index: number): ChannelWriter {
  return writers[index] as ChannelWriter;
}
