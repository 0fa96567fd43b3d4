// Saves what explains a failure before the working directory goes: the logs of components and pods, and what the cluster
// says of itself.

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from '../machine/command.ts';
import type { Layout } from './layout.ts';

const QUESTIONS = {
  pods: ['get', 'pods', '-A', '-o', 'wide'],
  events: ['get', 'events', '-A', '--sort-by=.lastTimestamp'],
};

/** Replaces the directory by the logs of this run. */
export async function saveLogs(layout: Layout, directory: string): Promise<void> {
  await runCommand(['rm', '-rf', directory]);
  await mkdir(directory, { recursive: true });
  for (const from of [layout.logs, layout.podLogs].filter(existsSync)) {
    await runCommand(['cp', '-r', from, directory]);
  }
  if (!existsSync(layout.kubectl)) return;
  for (const [name, question] of Object.entries(QUESTIONS)) {
    // A cluster that does not answer is an answer too.
    const answer = await runCommand([layout.kubectl, '--request-timeout=10s', ...question]).catch(
      (error: unknown) => String(error),
    );
    await writeFile(join(directory, `${name}.txt`), answer);
  }
}
