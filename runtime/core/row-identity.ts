// Rows are equal by content: a text that is the same for equal rows and different for others. The order of an object's
// fields does not matter, because rows that crossed a thread may have been laid out anew.

/** The content of a row as a text, for use as the key of a Map. */
export function rowIdentity(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : objectIdentity(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value); // of -0 it is that of 0, which it equals
    default:
      return typeof value; // a function or a symbol cannot leave its thread, nor be told from another
  }
}

function objectIdentity(value: object): string {
  if (Array.isArray(value)) return `[${value.map(rowIdentity).join()}]`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Uint8Array) return `bytes ${value.join()}`;
  if (value instanceof Map) return `map ${rowIdentity([...value])}`;
  if (value instanceof Set) return `set ${rowIdentity([...value])}`;
  const record = value as Readonly<Record<string, unknown>>;
  const fields = Object.keys(record).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${rowIdentity(record[name])}`).join()}}`;
}
