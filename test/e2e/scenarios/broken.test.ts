// What cannot run is refused in bounded time, with the reason of the pod, and what ran before goes on.

import { expect, inject, it } from 'vitest';
import { nameOf } from '../harness/cluster.ts';
import { expectedLines } from '../harness/paced-answer.ts';
import type { Platform } from '../harness/platform.ts';
import { openScenario } from '../harness/scenario.ts';

const ANSWER = { seconds: 45, recordsPerSecond: 1_000, keys: 10 };
const REFUSED_MS_MAX = 60_000;

it('refuses a broken image and a broken job, and leaves the old ones running', async () => {
  const { platform, start } = await openScenario({
    name: 'broken',
    stackFile: 'paced',
    sections: {
      job: { parameters: { seconds: ANSWER.seconds }, preflight: { timeout: '20s' } },
    },
  });
  await start();
  const running = await platform.jobIs('RUNNING');
  const pods = await podNames(platform);

  const image = { source: 'prebuilt', reference: missingImage() };
  platform.configure({ image });
  await expectRefusal(platform, /ErrImagePull|ImagePullBackOff/);
  expect(await podNames(platform)).toEqual(pods);

  // A job that this checkout can plan and the image does not have.
  const parameters = { seconds: null, out: null };
  const job = { name: 'test/golden/jobs/steady.ts', parameters };
  platform.configure({ image: platform.firstImage, job });
  await expectRefusal(platform, /There is no job module at/);
  expect(await podNames(platform)).toEqual(pods);

  expect((await platform.jobs()).map(({ jid }) => jid)).toEqual([running.jid]);
  platform.configure({
    job: {
      name: 'test/e2e/jobs/paced.ts',
      parameters: { seconds: ANSWER.seconds, out: '/data/out' },
    },
  });
  await platform.up();
  expect(await podNames(platform)).toEqual(pods);
  expect((await platform.jobIs('FINISHED')).jid).toBe(running.jid);
  expect(await platform.lines('/data/out/paced/counts')).toEqual(expectedLines(ANSWER));
});

async function expectRefusal(platform: Platform, reason: RegExp): Promise<void> {
  const startMs = performance.now();
  await expect(platform.up()).rejects.toThrow(reason);
  expect(performance.now() - startMs).toBeLessThan(REFUSED_MS_MAX);
}

function missingImage(): string {
  const { own, image } = inject('facts');
  const repository = own === undefined ? image.split('@')[0] : `${own.registry}/millrace/engine`;
  return `${repository ?? ''}@sha256:${'0'.repeat(64)}`;
}

async function podNames(platform: Platform): Promise<readonly string[]> {
  return [await platform.coordinator(), ...(await platform.workers(2))].map(nameOf);
}
