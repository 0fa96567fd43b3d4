// What the engine knows of a record's shape: plain data, derived from a zod schema (`schema.ts`), inferred from a record
// (`infer.ts`), or narrowed to the columns that downstream reads (`project.ts`). A codec is generated from it (`codec.ts`).
//   I1. Two types that are equal as JSON have the same row layout; the plan hash relies on it.

/** One field of a struct. An optional field may be absent; a nullable one holds null: both are kept apart. */
export interface FieldType {
  readonly name: string;
  readonly type: RecordType;
  readonly optional: boolean;
}

/** A record with named fields, in declaration order. */
export interface StructType {
  readonly kind: 'struct';
  readonly fields: readonly FieldType[];
}

/** The shapes a row can hold. `any` is the fallback: a self-describing encoding of whatever the value is. */
export type RecordType =
  | { readonly kind: 'float64' }
  | { readonly kind: 'int53' } // an integer within ±2^53, carried as a number
  | { readonly kind: 'int64' } // a bigint, only where the schema says so
  | { readonly kind: 'string' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'instant' } // a Date, carried as milliseconds since the epoch
  | { readonly kind: 'bytes' } // a Uint8Array
  | { readonly kind: 'nullable'; readonly of: RecordType }
  | { readonly kind: 'array'; readonly of: RecordType }
  | {
      readonly kind: 'union';
      readonly discriminator: string;
      readonly cases: readonly { readonly tag: string; readonly type: StructType }[];
    }
  | StructType
  | { readonly kind: 'any' };
