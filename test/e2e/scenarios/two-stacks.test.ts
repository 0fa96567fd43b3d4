// Two stacks in one cluster: neither sees the other, and taking one down leaves the other as it is.

import { expect, it } from 'vitest';
import { nameOf, restartsOf } from '../harness/cluster.ts';
import { expectedLines } from '../harness/paced-answer.ts';
import type { Platform } from '../harness/platform.ts';
import { openScenario } from '../harness/scenario.ts';

const FIRST = { seconds: 10, recordsPerSecond: 1_000, keys: 10 };
const SECOND = { seconds: 3, recordsPerSecond: 500, keys: 5 };

it('keeps two stacks apart', async () => {
  const first = await openScenario({
    name: 'first',
    stackFile: 'paced',
    sections: { job: { parameters: FIRST } },
  });
  const second = await openScenario({
    name: 'second',
    stackFile: 'paced',
    sections: { job: { parameters: SECOND }, workers: { replicas: 1 } },
  });
  await first.start();
  await second.start();
  expect(await workersOf(first.platform)).toBe(2);
  expect(await workersOf(second.platform)).toBe(1);
  const pods = await podsOf(first.platform);

  await second.platform.jobIs('FINISHED');
  expect(await second.platform.lines('/data/out/paced/counts')).toEqual(expectedLines(SECOND));
  await second.platform.destroy();
  expect(await second.cluster.namespaceExists(second.platform.namespace)).toBe(false);

  await first.platform.jobIs('FINISHED');
  expect(await first.platform.lines('/data/out/paced/counts')).toEqual(expectedLines(FIRST));
  expect(await podsOf(first.platform)).toEqual(pods);
});

async function workersOf(platform: Platform): Promise<number> {
  return (await platform.rest<{ taskmanagers: number }>('/overview')).taskmanagers;
}

async function podsOf(platform: Platform): Promise<readonly string[]> {
  const pods = [await platform.coordinator(), ...(await platform.workers(2))];
  return pods.map((pod) => `${nameOf(pod)} ${restartsOf(pod)}`);
}
