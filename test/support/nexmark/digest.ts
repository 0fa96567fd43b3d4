// How results of the Nexmark queries are compared: as a multiset of lines, by the number of rows and a hash.

import { createHash } from 'node:crypto';

/** What identifies a result: the hash is that of the sorted lines, each with a line feed. */
export interface ResultDigest {
  readonly rows: number;
  readonly sha256: string;
}

/** Of lines in any order. */
export function digestOf(lines: readonly string[]): ResultDigest {
  const text = lines.toSorted().map((line) => `${line}\n`);
  return {
    rows: lines.length,
    sha256: createHash('sha256').update(text.join('')).digest('hex'),
  };
}
