// Tuples are equal by content, but a Map compares arrays by reference: a tuple is looked up by its text instead.

import type { Key } from './key-group.ts';

/** A value that a Map finds again for an equal key. Primitives stand for themselves. */
export function keyIdentity(key: Key): unknown {
  return typeof key === 'object' ? JSON.stringify(key, tellApart) : key;
}

/** What JSON would drop or merge with something else. */
function tellApart(_: string, part: unknown): unknown {
  if (typeof part === 'bigint') return { int64: part.toString() };
  return typeof part === 'number' && !Number.isFinite(part) ? { number: String(part) } : part;
}
