// The janitor: a process of its own that outlives the runner and undoes what the state file records. It waits for the end
// of its input, which comes whatever ends the runner: its last line, Ctrl-C, a crash, kill -9. The word `keep` sends it
// home instead. Started as `node janitor-main.ts <state file>`.

import { readState } from './state.ts';
import { tearDown } from './teardown.ts';

const [, , stateFile = ''] = process.argv;

// Whoever read the runner's output may be gone by now; cleaning up goes on.
process.stdout.on('error', () => undefined);

let text = '';
for await (const chunk of process.stdin) text += String(chunk);

if (text.trim() !== 'keep') {
  const state = readState(stateFile);
  const left = state === undefined ? [] : await tearDown(stateFile, state);
  for (const one of left) console.log(`left behind: ${one}`);
  if (left.length > 0) process.exitCode = 1;
}
