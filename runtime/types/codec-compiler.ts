// Makes the codec of a record type: source is generated once a type (`encoder-source.ts`, `decoder-source.ts`,
// `acceptor-source.ts`), compiled, and shared by every channel of the thread that carries the type.
//   I1. Encoding and decoding allocate nothing but the record, save where a value belongs to `any`.

import { defineAcceptor, isPlainInstant } from './acceptor-source.ts';
import { CANNOT_WRITE, canWriteAny, endOfAny, readAny, writeAny } from './any-cell.ts';
import { endOfBytes, isPlainBytes, readBytes, writeBytes } from './bytes-cell.ts';
import type { RowCodec, RowMemory } from './codec.ts';
import { defineDecoder } from './decoder-source.ts';
import { defineEncoder } from './encoder-source.ts';
import { mismatchError } from './mismatch.ts';
import type { RecordType } from './record-type.ts';
import { ownField, SourceUnit } from './source-unit.ts';
import { endOfLongText, readLongText, TextCache, writeText } from './text-cell.ts';

/** Inferred types can be many; the one longest in the cache makes room. */
const CODECS_MAX = 512;
const codecs = new Map<string, RowCodec>();

/** The codec of a type; equal types (as JSON) share one. */
export function compileCodec(type: RecordType): RowCodec {
  const key = JSON.stringify(type);
  const known = codecs.get(key);
  if (known !== undefined) return known;
  const codec = makeCodec(type);
  const [oldest] = codecs.keys();
  if (codecs.size >= CODECS_MAX && oldest !== undefined) codecs.delete(oldest);
  codecs.set(key, codec);
  return codec;
}

/** Plain functions: none of them uses `this`. */
interface CompiledFunctions {
  readonly encode: (value: unknown, target: RowMemory, offset: number, limit: number) => number;
  readonly decode: (source: RowMemory, offset: number) => unknown;
  readonly accepts: (value: unknown) => boolean;
}

/** What generated code may call; the names are those it uses. */
const runtime = {
  canWriteAny,
  endOfAny,
  endOfBytes,
  endOfLongText,
  isPlainBytes,
  isPlainInstant,
  ownField,
  putField,
  readAny,
  readBytes,
  readLongText,
  writeAny,
  writeBytes,
  writeText,
};

function makeCodec(type: RecordType): RowCodec {
  const compiled = compile(type);
  const { encode } = compiled;
  return {
    ...compiled,
    type,
    encode(value, target, offset, limit) {
      const end = encode(value, target, offset, limit);
      if (end === CANNOT_WRITE) throw mismatchError(type, value);
      return end;
    },
  };
}

function compile(type: RecordType): CompiledFunctions {
  const unit = new SourceUnit();
  const encode = defineEncoder(unit, type);
  const decode = defineDecoder(unit, type);
  const accepts = defineAcceptor(unit, type);
  const source = [
    '"use strict";',
    `const { ${Object.keys(runtime).join(', ')} } = runtime;`,
    'let end = 0;',
    unit.toString(),
    `return { encode: ${encode}, decode: ${decode}, accepts: ${accepts} };`,
  ].join('\n');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the source holds no text of others but JSON strings
  const make = new Function('runtime', 'texts', source) as (
    functions: typeof runtime,
    texts: TextCache,
  ) => CompiledFunctions;
  return make(runtime, new TextCache());
}

/** Defines a field that assignment would take for something else (`__proto__`). */
function putField(record: object, name: string, value: unknown): void {
  Object.defineProperty(record, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
