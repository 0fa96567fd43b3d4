// Joins by time and with tables on clusters of real processes, against loops over whole inputs.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { resultsOf, runJob } from '../cluster/harness.ts';
import { inOrder } from '../support/applied-rows.ts';
import { startCluster } from '../support/embedded.ts';
import {
  COUNTRIES,
  LOWER_MS,
  order,
  rate,
  shipment,
  UPPER_MS,
  WINDOW_MS,
} from './jobs/shipments.ts';

const RECORDS = 500;

function answers(): Readonly<Record<string, readonly unknown[]>> {
  const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);
  const orders = range(RECORDS).map(order);
  const shipments = range(2 * RECORDS).map(shipment);
  const rates = range(RECORDS / 10).map(rate);
  const windowOf = (atMs: number): number => Math.floor(atMs / WINDOW_MS) * WINDOW_MS;
  const parcelsOf = (id: number) => shipments.filter((each) => each.order === id);
  const inSameWindow = ({ id, atMs }: { id: number; atMs: number }) =>
    parcelsOf(id).filter((parcel) => windowOf(parcel.atMs) === windowOf(atMs));
  return {
    prompt: orders.flatMap(({ id, atMs }) =>
      parcelsOf(id)
        .filter((each) => each.atMs >= atMs + LOWER_MS && each.atMs < atMs + UPPER_MS)
        .map(({ parcel }) => ({ id, parcel })),
    ),
    sameWindow: orders.flatMap((each) =>
      inSameWindow(each).map(({ parcel }) => ({ id: each.id, parcel })),
    ),
    unshipped: orders
      .filter((each) => inSameWindow(each).length === 0)
      .map(({ id, atMs }) => ({ id, startMs: windowOf(atMs) })),
    rates: orders.map(({ id, currency, atMs }) => ({
      id,
      rate: rates
        .filter((each) => each.currency === currency && each.atMs <= atMs)
        .toSorted((left, right) => left.atMs - right.atMs)
        .at(-1)?.rate,
    })),
    countries: orders
      .filter(({ country }) => country < COUNTRIES.length)
      .map(({ id, country }) => ({ id, name: `country ${country}` })),
    lookedUp: orders.map(({ id, country }) => ({ id, name: COUNTRIES[country]?.name })),
    broadcast: orders.map(({ id }) => ({ id, fits: true })),
  };
}

describe.each([
  { workers: 1, slots: 4, parallelisms: [1, 4] },
  { workers: 2, slots: 1, parallelisms: [2] },
])('$workers workers x $slots slots', ({ workers, slots, parallelisms }) => {
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    cluster = await startCluster({
      workers,
      slots,
      environment: { TASK_MANAGER_HEAP_MEMORY_MB: '320', MILLRACE_BUFFER_SIZE: '8KiB' },
    });
  });
  afterAll(() => cluster.stop());

  it.each(parallelisms)('parallelism %i', async (parallelism) => {
    const results = resultsOf(
      await runJob(cluster, 'shipments', { parallelism, parameters: { records: RECORDS } }),
    ) as readonly { readonly branch: string; readonly value: unknown }[];
    const ofBranch = (branch: string): readonly unknown[] =>
      results.filter((result) => result.branch === branch).map(({ value }) => value);
    expect(ofBranch('late')).toStrictEqual([]);
    for (const [branch, rows] of Object.entries(answers())) {
      expect(rows.length, branch).toBeGreaterThan(10);
      expect(inOrder(ofBranch(branch)), branch).toStrictEqual(inOrder(rows));
    }
  });
});
