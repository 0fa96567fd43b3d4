// Positions are plain JSON that comes back from wherever the engine kept it, so readers check what they are given.
//   I1. A position that this reader did not write is refused, never guessed at.

import { invariant } from '../core/invariant.ts';

/** A number of a stored position; throws when it is absent, fractional or negative. */
export function positionNumber(position: unknown, field: string): number {
  const value = positionField(position, field);
  invariant(
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
    `a source position must hold a whole number '${field}', not ${JSON.stringify(value)}`,
  );
  return value;
}

/** A text of a stored position. */
export function positionText(position: unknown, field: string): string {
  const value = positionField(position, field);
  invariant(typeof value === 'string', `a source position must hold a text '${field}'`);
  return value;
}

/** A list of a stored position. */
export function positionList(position: unknown, field: string): readonly unknown[] {
  const value = positionField(position, field);
  invariant(Array.isArray(value), `a source position must hold a list '${field}'`);
  return value as readonly unknown[];
}

function positionField(position: unknown, field: string): unknown {
  invariant(
    typeof position === 'object' && position !== null,
    'a source position must be the object that the same source returned earlier',
  );
  return (position as Readonly<Record<string, unknown>>)[field];
}
