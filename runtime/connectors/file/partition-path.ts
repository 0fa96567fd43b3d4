// The directory of a partition, from what a job's function returned. Such values often come out of records, so whatever
// they hold must stay below the directory of the sink.
//   I1. No level is empty, `.` or `..`, or begins with a dot (it would hide the results); none holds a control character.
//   I2. In the object form each value is one level: `/`, `\`, `=` and `%` are escaped too, so that a reader can undo it.
// Escapes are `%XX`, as in Hive. Colons stay as they are, unlike in Hive: Linux and object stores take them.

import type { PartitionValue } from './sink-spec.ts';

/** The level of an absent value; Flink's name for it. */
const DEFAULT_PARTITION = '__DEFAULT_PARTITION__';

/** The characters that no level may hold. */
const CONTROL = /[\u0000-\u001f\u007f]/g;
/** The characters that would make more than one level, or an ambiguous one, of a value. */
const NOT_IN_VALUE = /[\u0000-\u001f\u007f/\\=%]/g;

/** The levels of an object as a path: `{ dt: '2026-01-01', hm: '10:05' }` is `dt=2026-01-01/hm=10:05`. */
export function hivePath(levels: Readonly<Record<string, PartitionValue>>): string {
  let path = '';
  for (const name in levels) {
    const value = levels[name] ?? '';
    const text = value === '' ? DEFAULT_PARTITION : escapeAll(String(value), NOT_IN_VALUE);
    path += `${path === '' ? '' : '/'}${escapeAll(name, NOT_IN_VALUE)}=${text}`;
  }
  return path;
}

/** A path that is safe below a directory; '' is the directory itself. A path of `hivePath` stays as it is. */
export function safePath(path: string): string {
  return path === '' ? '' : path.split('/').map(safeLevel).join('/');
}

function safeLevel(level: string): string {
  if (level === '') return DEFAULT_PARTITION;
  const text = escapeAll(level, CONTROL);
  return text.startsWith('.') ? `%2E${text.slice(1)}` : text;
}

function escapeAll(text: string, characters: RegExp): string {
  return text.replace(characters, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
