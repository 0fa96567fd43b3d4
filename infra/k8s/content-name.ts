// Names that follow from content: changed content gets a new name, the pods that refer to it roll, and the old object
// stays until they have.
//   I1. Such a name is part of the logical name too. Each content is then a resource of its own, so that taking a change
//       back finds the old object where it was, even when the deployment of the change has failed half-way.

import { createHash } from 'node:crypto';

const HASH_CHARACTERS = 10;

/** `prefix-<hash>`; `content` is plain data, and the order of its keys does not matter. */
export function nameByContent(prefix: string, content: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(content, sortKeys)).digest('hex');
  return `${prefix}-${hash.slice(0, HASH_CHARACTERS)}`;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
