// The figures of a stack's outputs, and how amounts are written in manifests.

import { describe, expect, it } from 'vitest';
import { parseStackConfig } from '../../infra/config.ts';
import { cpuQuantity, memoryQuantity } from '../../infra/quantity.ts';
import { budgetMemory, reportSizing, sizeQuota, sizeSlots } from '../../infra/sizing.ts';
import type { StackConfig } from '../../infra/stack-schema.ts';

function config(sections: Record<string, unknown>): StackConfig {
  const image = { source: 'prebuilt', reference: 'example/engine:1' };
  const all = { image, job: { name: 'clicks' }, ...sections };
  return parseStackConfig({ sections: all, encryptedSections: new Set() });
}

describe('sizeSlots', () => {
  it('is a range with an autoscaler and a number without', () => {
    expect(sizeSlots(config({ workers: { replicas: 3, slots: 4 } }))).toMatchObject({
      min: 12,
      max: 12,
    });
    const autoscaling = { mode: 'hpa', minReplicas: 2, maxReplicas: 5 };
    expect(sizeSlots(config({ autoscaling, workers: { slots: 3 } }))).toMatchObject({
      min: 6,
      max: 15,
    });
  });
});

describe('budgetMemory', () => {
  it('adds up to the limit in its last line', () => {
    const memory = { total: '2GiB', network: '128MiB' };
    const lines = budgetMemory(config({ workers: { memory } }));
    const sum = lines.slice(0, -1).reduce((total, { mebibytes }) => total + mebibytes, 0);
    expect(lines.at(-1)).toEqual({ part: 'limit', mebibytes: 2048 });
    expect(sum).toBe(2048);
  });
});

describe('reportSizing', () => {
  it('gives P = N/M and T = N/R', () => {
    const sizing = { records: 1_000_000, partitions: 8, recordsPerSecond: 50_000 };
    expect(reportSizing(config({ job: { name: 'n', sizing } }).job)).toEqual({
      recordsPerPartition: 125_000,
      secondsToDrain: 20,
      formula: 'P = N/M = 1000000/8 = 125000 records, T = N/R = 1000000/50000 = 20 s',
    });
  });

  it('gives nothing without figures', () => {
    expect(reportSizing(config({}).job)).toBeUndefined();
  });
});

describe('sizeQuota', () => {
  it('has room for the largest cluster while it is rolled', () => {
    const autoscaling = { mode: 'hpa', minReplicas: 1, maxReplicas: 4 };
    expect(sizeQuota(config({ autoscaling }))).toEqual({
      // Twice 4 workers and one that starts ahead, with 500m and 1Gi; 3 x 250m and 512Mi for coordinators and preflight.
      pods: '12',
      'requests.cpu': '5250m',
      'requests.memory': '10752Mi',
      'limits.memory': '10752Mi',
    });
  });

  it('has room for all that start ahead', () => {
    expect(sizeQuota(config({ workers: { replicas: 2, surge: 2 } }))).toMatchObject({ pods: '9' });
  });
});

describe('quantities', () => {
  it.each([
    [1024 ** 3, '1Gi'],
    [1536 * 1024 ** 2, '1536Mi'],
    [64 * 1024 ** 2, '64Mi'],
    [3 * 1024 ** 4, '3Ti'],
    [1536 * 1024 ** 3, '1536Gi'],
  ])('%d bytes are %s', (bytes, quantity) => {
    expect(memoryQuantity(bytes)).toBe(quantity);
  });

  it.each([
    [2_000, '2'],
    [1_500, '1500m'],
    [100, '100m'],
  ])('%d thousandths of a core are %s', (millicores, quantity) => {
    expect(cpuQuantity(millicores)).toBe(quantity);
  });
});
