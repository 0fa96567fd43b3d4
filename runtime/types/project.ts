// Narrows a record type to the columns that downstream reads, so that the others are not sent.

import type { RecordType } from './record-type.ts';

/**
 * The struct with only these top-level fields, in the order of its declaration. The type itself when it is no struct, or
 * when a field is none of its own: what cannot be narrowed safely travels whole.
 */
export function projectType(type: RecordType, fields: readonly string[]): RecordType {
  if (type.kind !== 'struct') return type;
  const known = new Set(type.fields.map(({ name }) => name));
  if (!fields.every((name) => known.has(name))) return type;
  const kept = type.fields.filter(({ name }) => fields.includes(name));
  return kept.length === type.fields.length ? type : { kind: 'struct', fields: kept };
}
