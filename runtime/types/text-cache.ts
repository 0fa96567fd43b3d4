// Short ASCII text out of a row. Text that repeats (airport codes, categories, paths) comes back as the same JavaScript
// string without a call into native code, which costs several times the comparison of a few words. Two direct-mapped
// caches, by length; an entry keeps the bytes of its text as words, so that a hit is certain.
//   I1. A text is given back only for exactly its own bytes.

import type { RowMemory } from './codec.ts';

const SHORT_LENGTH_MAX = 16;
const SHORT_ENTRIES = 1_024; // a power of two, as is the other
const SHORT_WORDS = 4;
const SHORT_SHIFT = 32 - Math.log2(SHORT_ENTRIES);

const MIDDLE_LENGTH_MAX = 32;
const MIDDLE_ENTRIES = 256;
const MIDDLE_WORDS = 8;
const MIDDLE_SHIFT = 32 - Math.log2(MIDDLE_ENTRIES);

/** Up to here, gathering character codes beats a native slice. */
const GATHERED_LENGTH_MAX = 20;

const MIX = 0x9e3779b1; // 2^32 / golden ratio

const asciiCharacters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

/** One array a length: `fromCharCode` takes all of it. */
const gatheredCodes = Array.from({ length: GATHERED_LENGTH_MAX + 1 }, (_, length) =>
  new Array<number>(length).fill(0),
);

/** The texts that a codec has read lately. */
export class TextCache {
  readonly #shortTexts = new Array<string>(SHORT_ENTRIES).fill('');
  readonly #shortWords = new Int32Array(SHORT_ENTRIES * SHORT_WORDS);
  readonly #middleTexts = new Array<string>(MIDDLE_ENTRIES).fill('');
  readonly #middleWords = new Int32Array(MIDDLE_ENTRIES * MIDDLE_WORDS);

  /** The `length` ASCII characters at `offset`. */
  read(source: RowMemory, offset: number, length: number): string {
    if (length > MIDDLE_LENGTH_MAX) return slice(source, offset, length);
    if (length > SHORT_LENGTH_MAX) return this.#readMiddle(source, offset, length);
    if (length >= 4) return this.#readShort(source, offset, length);
    return length < 2
      ? readCharacter(source, offset, length)
      : this.#readTiny(source, offset, length);
  }

  #readTiny(source: RowMemory, offset: number, length: number): string {
    const { bytes } = source;
    const third = length === 3 ? (bytes[offset + 2] ?? 0) : 0;
    const word = (bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8) | (third << 16);
    const entry = Math.imul(word, MIX) >>> SHORT_SHIFT;
    const text = this.#shortTexts[entry] ?? '';
    if (text.length === length && this.#shortWords[entry * SHORT_WORDS] === word) return text;
    this.#shortWords[entry * SHORT_WORDS] = word;
    return (this.#shortTexts[entry] = gather(source, offset, length));
  }

  /** The first and the last words, which may overlap, are all of the text. */
  #readShort(source: RowMemory, offset: number, length: number): string {
    const { view } = source;
    const first = view.getInt32(offset, true);
    const last = view.getInt32(offset + length - 4, true);
    const second = length > 8 ? view.getInt32(offset + 4, true) : 0;
    const third = length > 8 ? view.getInt32(offset + length - 8, true) : 0;
    const mixed =
      first ^ Math.imul(last, 0x85ebca6b) ^ Math.imul(second ^ (third << 7), 0xc2b2ae35);
    const entry = Math.imul(mixed ^ (mixed >>> 15) ^ length, MIX) >>> SHORT_SHIFT;
    const base = entry * SHORT_WORDS;
    const words = this.#shortWords;
    const text = this.#shortTexts[entry] ?? '';
    const isHit =
      text.length === length &&
      words[base] === first &&
      words[base + 1] === last &&
      words[base + 2] === second &&
      words[base + 3] === third;
    if (isHit) return text;
    words[base] = first;
    words[base + 1] = last;
    words[base + 2] = second;
    words[base + 3] = third;
    return (this.#shortTexts[entry] = gather(source, offset, length));
  }

  /** Word by word; the last one ends with the text and overlaps the one before. */
  #readMiddle(source: RowMemory, offset: number, length: number): string {
    const { view } = source;
    const last = offset + length - 4;
    let mixed = Math.imul(view.getInt32(last, true) ^ length, MIX);
    for (let at = offset; at < last; at += 4) {
      mixed = Math.imul(mixed ^ (mixed >>> 15) ^ view.getInt32(at, true), MIX);
    }
    const entry = mixed >>> MIDDLE_SHIFT;
    const text = this.#middleTexts[entry] ?? '';
    if (text.length === length && this.#hasWords(view, offset, last, entry)) return text;
    let word = entry * MIDDLE_WORDS;
    for (let at = offset; at < last; at += 4) this.#middleWords[word++] = view.getInt32(at, true);
    this.#middleWords[word] = view.getInt32(last, true);
    return (this.#middleTexts[entry] = gather(source, offset, length));
  }

  #hasWords(view: DataView, offset: number, last: number, entry: number): boolean {
    const words = this.#middleWords;
    let word = entry * MIDDLE_WORDS;
    for (let at = offset; at < last; at += 4) {
      if (words[word++] !== view.getInt32(at, true)) return false;
    }
    return words[word] === view.getInt32(last, true);
  }
}

function readCharacter(source: RowMemory, offset: number, length: number): string {
  return length === 0 ? '' : (asciiCharacters[source.bytes[offset] ?? 0] ?? '');
}

function gather(source: RowMemory, offset: number, length: number): string {
  if (length > GATHERED_LENGTH_MAX) return slice(source, offset, length);
  const codes = gatheredCodes[length] ?? [];
  const { bytes } = source;
  for (let index = 0; index < length; index++) codes[index] = bytes[offset + index] ?? 0;
  return String.fromCharCode.apply(null, codes);
}

/** Node's method of one encoding, which its type declarations lack; `toString` would choose it by name each time. */
function slice(source: RowMemory, offset: number, length: number): string {
  const bytes = source.bytes as unknown as { latin1Slice(start: number, end: number): string };
  return bytes.latin1Slice(offset, offset + length);
}
