// Workers by stack config, 2 to 4 to 1, while a job runs: with a parallelism of its own the job notices only when a worker
// that it runs on goes; and its answer is right in the end.

import { expect, it } from 'vitest';
import { nameOf } from '../harness/cluster.ts';
import { record } from '../harness/measurements.ts';
import { expectedLines } from '../harness/paced-answer.ts';
import { openScenario } from '../harness/scenario.ts';
import { summarize } from '../harness/steps.ts';

const ANSWER = { seconds: 15, recordsPerSecond: 1_000, keys: 10 };

it('adds and removes workers, and the job ends right', async () => {
  const { platform, start } = await openScenario({
    name: 'scale',
    stackFile: 'paced',
    sections: { job: { parameters: { seconds: ANSWER.seconds } } },
  });
  await start();
  await platform.jobIs('RUNNING');
  const two = (await platform.workers(2)).map(nameOf);
  const coordinator = nameOf(await platform.coordinator());

  platform.configure({ workers: { replicas: 4 } });
  expect(summarize(await platform.preview())).toContainEqual(expect.stringContaining('Deployment'));
  await platform.up();
  const four = (await platform.workers(4)).map(nameOf);
  expect(four).toEqual(expect.arrayContaining(two));
  const idle = four.find((name) => !two.includes(name)) ?? '';
  record('memory of a coordinator', await platform.residentMebibytes(coordinator), 'MiB');
  record('memory of an idle worker with 2 slots', await platform.residentMebibytes(idle), 'MiB');
  const overview = await platform.rest<Record<string, number>>('/overview');
  expect(overview).toMatchObject({ taskmanagers: 4, 'slots-total': 8 });

  platform.configure({ workers: { replicas: 1 } });
  await platform.up();
  const one = (await platform.workers(1)).map(nameOf);
  expect(four).toEqual(expect.arrayContaining(one));
  expect(nameOf(await platform.coordinator())).toBe(coordinator);
  await platform.jobIs('FINISHED');
  expect(await platform.lines('/data/out/paced/counts')).toEqual(expectedLines(ANSWER));
});
