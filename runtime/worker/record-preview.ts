// A record as an error shows it: one line, short, whatever it is.

import { inspect } from 'node:util';

const PREVIEW_CHARACTERS = 300;

/** At most PREVIEW_CHARACTERS characters. */
export function describeRecord(record: unknown): string {
  const text = inspect(record, {
    depth: 3,
    breakLength: Infinity,
    maxArrayLength: 10,
    maxStringLength: 100,
  });
  return text.length > PREVIEW_CHARACTERS ? `${text.slice(0, PREVIEW_CHARACTERS)}…` : text;
}
