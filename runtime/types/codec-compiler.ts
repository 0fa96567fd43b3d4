// Makes the codec of a record type: source is generated once a type (`encoder-source.ts`, `decoder-source.ts`,
// `acceptor-source.ts`), compiled, and shared by every channel of the thread that carries the type.
//   I1. Encoding and decoding allocate nothing but the record, save where a value belongs to `any`.

import { defineAcceptor, isPlainInstant } from './acceptor-source.ts';
import { CANNOT_WRITE, canWriteAny, endOfAny, readAny, writeAny } from './any-cell.ts';
import { endOfBytes, isPlainBytes, readBytes, writeBytes } from './bytes-cell.ts';
import type { RowCodec } from './codec.ts';
import { defineDecoder } from './decoder-source.ts';
import { defineEncoder } from './encoder-source.ts';
import { mismatchError } from './mismatch.ts';
import type { RecordType } from './record-type.ts';
import { ownField, SourceUnit } from './source-unit.ts';
import { TextCache } from './text-cache.ts';
import { endOfLongText, readLongText, writeText } from './text-cell.ts';

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

/** What generated code may call; the names are those it uses. */
const runtime = {
  canWriteAny,
  endOfAny,
  endOfBytes,
  endOfLongText,
  isPlainBytes,
  isPlainInstant,
  mismatchError,
  ownField,
  putField,
  readAny,
  readBytes,
  readLongText,
  writeAny,
  writeBytes,
  writeText,
};

/** The function that callers see is generated too, so that the optimiser knows which encoder it calls. */
function makeCodec(type: RecordType): RowCodec {
  const unit = new SourceUnit();
  const encoder = defineEncoder(unit, type);
  const decoder = defineDecoder(unit, type);
  const acceptor = defineAcceptor(unit, type);
  const encode = unit.define('encodeOrRefuse', 'v, m, o, limit', [
    `const end = ${encoder}(v, m, o, limit);`,
    `if (end === ${CANNOT_WRITE}) throw mismatchError(type, v);`,
    'return end;',
  ]);
  const source = [
    '"use strict";',
    `const { ${Object.keys(runtime).join(', ')} } = runtime;`,
    'let end = 0;',
    unit.toString(),
    `return { type, encode: ${encode}, decode: ${decoder}, accepts: ${acceptor} };`,
  ].join('\n');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the source holds no text of others but JSON strings
  const make = new Function('runtime', 'type', 'texts', source) as MakeCodec;
  return make(runtime, type, new TextCache());
}

type MakeCodec = (functions: typeof runtime, type: RecordType, texts: TextCache) => RowCodec;

/** Defines a field that assignment would take for something else (`__proto__`). */
function putField(record: object, name: string, value: unknown): void {
  Object.defineProperty(record, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
