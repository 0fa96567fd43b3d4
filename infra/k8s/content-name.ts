// Names that follow from content: a changed ConfigMap gets a new name, the pods that refer to it roll, and the old one
// stays until they have.

import { createHash } from 'node:crypto';

const HASH_CHARACTERS = 10;

/** `prefix-<hash>`; the order of the entries does not matter. */
export function nameByContent(prefix: string, data: Readonly<Record<string, string>>): string {
  const entries = Object.entries(data).sort(([left], [right]) => (left < right ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(entries)).digest('hex');
  return `${prefix}-${hash.slice(0, HASH_CHARACTERS)}`;
}
