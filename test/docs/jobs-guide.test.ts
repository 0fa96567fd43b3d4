// Every command of docs/jobs.md and docs/guide prints what the page shows. To mend: node test/docs/guide-runner.ts, and read the difference.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isShown, listCommands } from './guide-page.ts';
import { GuideRunner, GUIDES } from './guide-runner.ts';

const commands = GUIDES.flatMap((path) => listCommands(readFileSync(path, 'utf8')));
const runner = new GuideRunner();

beforeAll(() => runner.start());
afterAll(() => runner.stop());

it.each(commands)('$command', async ({ command, output }) => {
  const answer = await runner.answer(command);
  const hasCome = (): boolean => isShown(answer(), output);
  // Printed lines arrive a little after the job's end.
  await expect
    .poll(hasCome, { timeout: 5_000 })
    .toBe(true)
    .catch(() => {
      expect(answer()).toEqual(output);
    });
});
