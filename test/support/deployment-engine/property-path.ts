// Paths into properties as resource options write them: `spec.replicas`, `metadata.annotations["a.b/c"]`, `items[0].name`.
// Wildcards are refused: no program here uses one, and half of their meaning is in the engine's handling of lists.

import { isRecord, isSecret } from './property-value.ts';

/** Keys and indices from the outside in. */
export type PropertyPath = readonly (string | number)[];

const PART = /\.?([^.[\]"]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]/gy;

/** The parts of a written path. */
export function parsePath(text: string): PropertyPath {
  const parts: (string | number)[] = [];
  let end = 0;
  for (const match of text.matchAll(PART)) {
    const [whole, name, quoted, index] = match;
    if (name === '*' || index === '*') {
      throw new Error(`the path ${text} has a wildcard, which the test engine does not implement`);
    }
    parts.push(name ?? quoted?.replaceAll('\\"', '"') ?? Number(index));
    end = match.index + whole.length;
  }
  if (end !== text.length || parts.length === 0) throw new Error(`${text} is not a property path`);
  return parts;
}

/** A part appended to a written path. */
export function joinPath(path: string, part: string | number): string {
  if (typeof part === 'number') return `${path}[${part}]`;
  if (!/^[\w-]+$/.test(part)) return `${path}[${JSON.stringify(part)}]`;
  return path === '' ? part : `${path}.${part}`;
}

/** True if the path is `outer` or lies inside of it. */
export function isWithin(path: string, outer: string): boolean {
  const [inner, prefix] = [parsePath(path), parsePath(outer)];
  return prefix.every((part, index) => inner[index] === part);
}

/** What is at the path; undefined if there is nothing. */
export function valueAt(root: unknown, path: PropertyPath): unknown {
  let value = root;
  for (const part of path) {
    if (isSecret(value)) value = value.value;
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** A copy of the root with the value at the path, or without it when the value is undefined. */
export function withValueAt(root: unknown, path: PropertyPath, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part === 'number') {
    if (!Array.isArray(root)) return root;
    return root.map((item: unknown, index) =>
      index === part ? withValueAt(item, rest, value) : item,
    );
  }
  const record = isRecord(root) ? root : {};
  if (value === undefined && !(part in record)) return root;
  const inner = withValueAt(record[part], rest, value);
  if (inner !== undefined) return { ...record, [part]: inner };
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== part));
}
