// Joins by time and with tables: orders with their shipments, the exchange rate of their moment, the country's name.

import { z } from 'zod';
import {
  boundedOutOfOrderness,
  broadcastJoin,
  coGroup,
  collect,
  defineJob,
  fromCollection,
  generate,
  intervalJoin,
  lookupJoin,
  lookupTable,
  type Stream,
  temporalJoin,
  tumbling,
  windowJoin,
} from '../../../runtime/index.ts';

export interface Order {
  readonly id: number;
  readonly currency: string;
  readonly country: number;
  readonly atMs: number;
}

export interface Shipment {
  readonly order: number;
  readonly parcel: number;
  readonly atMs: number;
}

export interface Rate {
  readonly currency: string;
  readonly rate: number;
  readonly atMs: number;
}

/** How far records are out of order. */
export const BOUND_MS = 300;
export const LOWER_MS = -50;
export const UPPER_MS = 400;
export const WINDOW_MS = 1_000;

const CURRENCIES = ['EUR', 'GBP', 'JPY'] as const;

function timeOf(index: number, everyMs: number): number {
  return 1_000 + index * everyMs + ((index * 7919) % BOUND_MS);
}

/** Every order has a currency, of which one has no rate at first. */
export function order(index: number): Order {
  return {
    id: index,
    currency: CURRENCIES[index % 3] ?? 'EUR',
    country: index % 7,
    atMs: timeOf(index, 10),
  };
}

/** Two parcels an order, some too late and some for no order. */
export function shipment(index: number): Shipment {
  const of = Math.floor(index / 2) + (index % 11);
  return { order: of, parcel: index, atMs: timeOf(of, 10) + ((index * 53) % 500) };
}

export function rate(index: number): Rate {
  return {
    currency: CURRENCIES[index % 2] ?? 'EUR',
    rate: 100 + index,
    atMs: timeOf(index, 150) + 400,
  };
}

/** The names of most countries. */
export const COUNTRIES = Array.from({ length: 5 }, (_, code) => ({ code, name: `country ${code}` }));

function write<T>(branch: string, stream: Stream<T>): void {
  stream.map((value) => ({ branch, value })).to(collect());
}

export default defineJob({
  name: 'shipments',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    const watermarks = <T extends { readonly atMs: number }>(boundMs: number) => ({
      watermarks: boundedOutOfOrderness<T>(boundMs, { timestamp: ({ atMs }) => atMs }),
    });
    const orders = env.from(generate({ count: records, make: order }), watermarks<Order>(BOUND_MS));
    const shipments = env.from(
      generate({ count: 2 * records, make: shipment }),
      watermarks<Shipment>(BOUND_MS + 1_000),
    );
    const rates = env.from(
      generate({ count: records / 10, make: rate }),
      watermarks<Rate>(BOUND_MS),
    );

    const prompt = intervalJoin({
      left: orders.keyBy('id'),
      right: shipments.keyBy('order'),
      lowerMs: LOWER_MS,
      upperMs: UPPER_MS,
      upperExclusive: true,
      join: ({ id }, { parcel }) => ({ id, parcel }),
    });
    write('prompt', prompt);
    write('late', prompt.lateLeft());
    write('late', prompt.lateRight());

    const inWindow = {
      left: orders.keyBy('id'),
      right: shipments.keyBy('order'),
      window: tumbling({ sizeMs: WINDOW_MS }),
    };
    const joined = windowJoin({ ...inWindow, join: ({ id }, { parcel }) => ({ id, parcel }) });
    write('sameWindow', joined);
    write(
      'unshipped',
      coGroup({
        ...inWindow,
        coGroup: (sold, parcels, { key, window }) =>
          sold.length > 0 && parcels.length === 0 ? [{ id: key, startMs: window.startMs }] : [],
      }),
    );
    write('late', joined.lateLeft());
    write('late', joined.lateRight());
    write(
      'rates',
      temporalJoin({
        kind: 'left',
        left: orders.keyBy('currency'),
        versions: rates.keyBy('currency'),
        join: ({ id }, valid) => ({ id, rate: valid?.rate }),
      }),
    );
    write(
      'countries',
      lookupTable({
        left: orders,
        table: () => COUNTRIES,
        leftKey: ({ country }) => country,
        rightKey: ({ code }) => code,
        join: ({ id }, { name }) => ({ id, name }),
      }),
    );
    write(
      'lookedUp',
      lookupJoin({
        kind: 'left',
        left: orders,
        key: ({ country }) => country,
        lookup: (code) => Promise.resolve(COUNTRIES[code]),
        cache: { entriesMax: 3, ttlMs: 60_000 },
        timeoutMs: 10_000,
        join: ({ id }, found) => ({ id, name: found?.name }),
      }),
    );
    // What is in the table depends on when a record comes: only that every record is there is known.
    write(
      'broadcast',
      broadcastJoin({
        kind: 'left',
        left: orders,
        right: env.from(fromCollection(COUNTRIES)),
        leftKey: ({ country }) => country,
        rightKey: ({ code }) => code,
        join: ({ id, country }, found) => ({ id, fits: (found?.code ?? country) === country }),
      }),
    );
  },
});
