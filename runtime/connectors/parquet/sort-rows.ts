// Sorts row numbers by a key: a radix sort, least significant digit first, over the bits of the keys. The keys move with
// the row numbers, so that every pass reads memory in order.
//   I1. Stable: rows with equal keys stay in the order of their numbers.

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const DIGIT_MASK = DIGITS - 1;
/** 3 digits of 11 bits cover a word of 32. */
const PASSES_PER_WORD = 3;

/** A row's key as two unsigned words that compare as the keys do, and its number. */
interface Rows {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly number: Uint32Array;
}

/** The numbers 0 to n - 1 in ascending order of `keys`. No key may be NaN; -0 and 0 are equal. */
export function sortRows(keys: Float64Array): Uint32Array {
  let rows = makeRows(keys.length);
  for (let row = 0; row < keys.length; row++) rows.number[row] = row;
  if (!fillRanks(keys, rows.low)) fillOrderedBits(keys, rows);
  let spare = makeRows(keys.length);
  for (const word of ['low', 'high'] as const) {
    for (let pass = 0; pass < PASSES_PER_WORD; pass++) {
      const shift = pass * DIGIT_BITS;
      const starts = countDigits(rows[word], shift);
      if (starts === undefined) continue;
      scatter(rows, spare, { word, shift, starts });
      [rows, spare] = [spare, rows];
    }
  }
  return rows.number;
}

function makeRows(count: number): Rows {
  return {
    low: new Uint32Array(count),
    high: new Uint32Array(count),
    number: new Uint32Array(count),
  };
}

/**
 * Whole numbers that are few steps of a common size apart, such as times in milliseconds that are all full minutes, fit
 * one word as their number of steps above the least: two passes instead of six. False when the keys are not like that.
 */
function fillRanks(keys: Float64Array, ranks: Uint32Array): boolean {
  let least = Infinity;
  let greatest = -Infinity;
  // Indexed loops: iterating a typed array with `of` was measured several times slower here.
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row] ?? 0;
    if (!Number.isSafeInteger(key)) return false;
    if (key < least) least = key;
    if (key > greatest) greatest = key;
  }
  let step = greatest - least;
  if (!Number.isSafeInteger(step)) return false; // distances would be rounded, and different keys be one
  for (let row = 0; row < keys.length; row++) {
    const distance = (keys[row] ?? 0) - least;
    if (distance % step !== 0) step = greatestCommonDivisor(step, distance);
  }
  if ((greatest - least) / step > 0xffffffff) return false;
  for (let row = 0; row < keys.length; row++) {
    ranks[row] = step === 0 ? 0 : ((keys[row] ?? 0) - least) / step;
  }
  return true;
}

function greatestCommonDivisor(left: number, right: number): number {
  let [larger, smaller] = [left, right];
  while (smaller !== 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

function fillOrderedBits(keys: Float64Array, { low, high }: Rows): void {
  const normalised = keys.map((key) => key + 0);
  const words = new Uint32Array(normalised.buffer);
  for (let row = 0; row < keys.length; row++) {
    const lowWord = words[2 * row] ?? 0;
    const highWord = words[2 * row + 1] ?? 0;
    // Negative numbers grow with falling bits, so theirs are turned; the sign of the others moves them above.
    const isNegative = highWord >>> 31 === 1;
    low[row] = isNegative ? ~lowWord : lowWord;
    high[row] = isNegative ? ~highWord : highWord | 0x80000000;
  }
}

/** Where each digit's rows begin; undefined when all rows have the same digit and nothing would move. */
function countDigits(words: Uint32Array, shift: number): Uint32Array | undefined {
  const starts = new Uint32Array(DIGITS);
  for (let row = 0; row < words.length; row++) {
    const digit = ((words[row] ?? 0) >>> shift) & DIGIT_MASK;
    starts[digit] = (starts[digit] ?? 0) + 1;
  }
  let total = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = starts[digit] ?? 0;
    if (count === words.length) return undefined;
    starts[digit] = total;
    total += count;
  }
  return starts;
}

function scatter(
  from: Rows,
  to: Rows,
  by: { readonly word: 'low' | 'high'; readonly shift: number; readonly starts: Uint32Array },
): void {
  const { shift, starts } = by;
  const words = from[by.word];
  for (let row = 0; row < words.length; row++) {
    const digit = ((words[row] ?? 0) >>> shift) & DIGIT_MASK;
    const at = starts[digit] ?? 0;
    starts[digit] = at + 1;
    to.low[at] = from.low[row] ?? 0;
    to.high[at] = from.high[row] ?? 0;
    to.number[at] = from.number[row] ?? 0;
  }
}
