// The JavaScript of one codec while it is written: named functions, one for each struct, array and union of the type.
// Field names enter the source as JSON string literals only, so no schema can inject code.
//   I1. A field of any name is read as the record's own: a field called `constructor` or `__proto__` finds no prototype's.

/** Functions under way; each name is made once. */
export class SourceUnit {
  readonly #functions: string[] = [];
  #count = 0;

  /** Adds a function and returns its name. */
  define(stem: string, parameters: string, body: readonly string[]): string {
    const name = `${stem}${this.#count++}`;
    this.#functions.push(`function ${name}(${parameters}) {\n${body.join('\n')}\n}`);
    return name;
  }

  toString(): string {
    return this.#functions.join('\n');
  }
}

/** The expression that reads a field of `record` (I1). */
export function fieldOf(record: string, name: string): string {
  const literal = JSON.stringify(name);
  return name in Object.prototype ? `ownField(${record}, ${literal})` : `${record}[${literal}]`;
}

/** What `fieldOf` calls for names that every object inherits. */
export function ownField(record: object, name: string): unknown {
  return Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined;
}

/** True when `value` is what a struct is made of: an object that is no array. */
export function notRecord(value: string): string {
  return `typeof ${value} !== "object" || ${value} === null || Array.isArray(${value})`;
}
