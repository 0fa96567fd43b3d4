// Which record type the next row of a channel is written in. A declared edge has one type for ever. An edge without a
// declared type learns the shapes it sees, at most INFERRED_TYPES_MAX, each announced in line before its first row;
// whatever fits none of them travels self-described.
//   I1. A row is always decoded with the type it was encoded in: announcements and rows share the channel.

import type { RowCodec } from '../types/codec.ts';
import { compileCodec } from '../types/codec-compiler.ts';
import { inferRecordType } from '../types/infer.ts';
import type { RecordType } from '../types/record-type.ts';
import {
  DEFINE_TYPE,
  DEFINE_TYPE_HEADER_BYTES,
  INFERRED_TYPES_MAX,
  USE_TYPE,
  USE_TYPE_BYTES,
} from './element.ts';

const ANY: RecordType = { kind: 'any' };
const ANY_CODEC = compileCodec(ANY);

/** Chooses the codec of each record. */
export interface TypeSelector {
  /** The codec to use; valid after `select`. */
  readonly codec: RowCodec;
  /** Picks the codec for a value; true when it differs from the last one, and `announcement` must go first. */
  select(value: unknown): boolean;
  /** The element that tells the reader. */
  announcement(): Uint8Array;
}

/** For an edge whose type is declared. */
export class DeclaredType implements TypeSelector {
  readonly codec: RowCodec;

  constructor(type: RecordType) {
    this.codec = compileCodec(type);
  }

  select(): boolean {
    return false;
  }

  announcement(): Uint8Array {
    return new Uint8Array(0);
  }
}

/** For an edge without a declared type. */
export class InferredTypes implements TypeSelector {
  readonly #known: RowCodec[] = []; // as announced
  #any = -1; // which of them takes everything
  #current = -1;
  #isNew = false;

  get codec(): RowCodec {
    return this.#known[this.#current] ?? ANY_CODEC;
  }

  select(value: unknown): boolean {
    if (this.#current !== this.#any && this.codec.accepts(value)) return false;
    const known = this.#known.length;
    const index = this.#indexFor(value);
    this.#isNew = index === known;
    if (index === this.#current) return false;
    this.#current = index;
    return true;
  }

  /** One odd record must not make all that follow travel self-described: shapes are tried first, each time. */
  #indexFor(value: unknown): number {
    const fitting = this.#known.findIndex(
      (codec, index) => index !== this.#any && codec.accepts(value),
    );
    if (fitting >= 0) return fitting;
    const shapes = this.#known.length - (this.#any < 0 ? 0 : 1);
    const type = shapes < INFERRED_TYPES_MAX - 1 ? inferRecordType(value) : ANY;
    if (type.kind !== 'any') return this.#known.push(compileCodec(type)) - 1;
    if (this.#any < 0) this.#any = this.#known.push(ANY_CODEC) - 1;
    return this.#any;
  }

  announcement(): Uint8Array {
    if (!this.#isNew) {
      const use = new Uint8Array(USE_TYPE_BYTES);
      use[0] = USE_TYPE;
      use[1] = this.#current;
      return use;
    }
    const json = Buffer.from(JSON.stringify(this.codec.type));
    const define = Buffer.alloc(DEFINE_TYPE_HEADER_BYTES + json.length);
    define.writeUInt8(DEFINE_TYPE, 0);
    define.writeUInt8(this.#current, 1);
    define.writeUInt32LE(json.length, 2);
    json.copy(define, DEFINE_TYPE_HEADER_BYTES);
    return define;
  }
}
