// The hash of the code that this process runs: everything under `runtime/`. Coordinator and workers compare theirs, since
// during a roll-out pods of two images meet, and a job whose functions differ would run with both.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNTIME = fileURLToPath(new URL('../', import.meta.url));
const HASH_CHARACTERS = 12;

/** The same for the same files with the same names. */
export function hashCode(folder = RUNTIME): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) {
    hash.update(file.slice(folder.length)).update('\0');
    hash.update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, HASH_CHARACTERS);
}
