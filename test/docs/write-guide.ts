// `node test/docs/write-guide.ts`: writes the jobs into the pages that show them, and into docs/jobs.md what its commands
// print. Run it after changing a job of the pages, a message or a plan; then read the difference.

import { readFileSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../runtime/core/clock.ts';
import { GUIDE_PAGES, isShown, listCommands, renderPage } from './guide-page.ts';
import { GuideRunner } from './guide-runner.ts';

const GUIDE = 'docs/jobs.md';
/** By then what a job printed has come through its pipe. */
const SETTLE_MS = 500;

for (const path of GUIDE_PAGES) {
  writeFileSync(path, await renderPage(path, readFileSync(path, 'utf8')));
}
let page = readFileSync(GUIDE, 'utf8');
const runner = new GuideRunner();
await runner.start();
for (const { command, output } of listCommands(page)) {
  const answer = await runner.answer(command);
  await new Promise<void>((resolve) => {
    systemClock.after(SETTLE_MS, resolve);
  });
  if (isShown(answer(), output)) continue;
  const [before, after] = [output, answer()].map((lines) =>
    [`$ ${command}`, ...lines, '```'].join('\n'),
  );
  page = page.replace(before ?? '', () => after ?? '');
  console.log(`wrote what ${command} prints`);
}
await runner.stop();
writeFileSync(GUIDE, page);
