// A record type in a line, for plans, errors and the web page: `{ origin: string, delay: int, tags?: string[] }`.

import type { FieldType, RecordType } from './record-type.ts';

/** The type as people write it. Alone, `any` is spelled out, because there it says how a whole record travels. */
export function describeType(type: RecordType): string {
  return type.kind === 'any' ? 'any (self-describing)' : describePart(type);
}

function describePart(type: RecordType): string {
  switch (type.kind) {
    case 'float64':
      return 'number';
    case 'int53':
      return 'int';
    case 'int64':
      return 'bigint';
    case 'string':
    case 'boolean':
    case 'instant':
    case 'bytes':
    case 'any':
      return type.kind;
    case 'nullable':
      return `${describePart(type.of)} | null`;
    case 'array':
      return isJoined(type.of) ? `(${describePart(type.of)})[]` : `${describePart(type.of)}[]`;
    case 'struct':
      return describeFields(type.fields.map(describeField));
    case 'union':
      return type.cases.map((one) => describeCase(type.discriminator, one)).join(' | ');
  }
}

/** The tag takes the place of the field's type: `{ kind: "bid", price: int }`. */
function describeCase(
  discriminator: string,
  { tag, type }: { readonly tag: string; readonly type: { readonly fields: readonly FieldType[] } },
): string {
  const others = type.fields.filter(({ name }) => name !== discriminator);
  return describeFields([
    `${describeName(discriminator)}: ${JSON.stringify(tag)}`,
    ...others.map(describeField),
  ]);
}

function describeField({ name, type, optional }: FieldType): string {
  return `${describeName(name)}${optional ? '?' : ''}: ${describePart(type)}`;
}

function describeFields(fields: readonly string[]): string {
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function describeName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function isJoined(type: RecordType): boolean {
  return type.kind === 'nullable' || (type.kind === 'union' && type.cases.length > 1);
}
