// Key groups: the units in which keyed state is partitioned and, on rescaling, moved. The assignment is Flink's
// (KeyGroupRangeAssignment.java, MathUtils.murmurHash, java.lang.String/Double/Long/Boolean.hashCode, Arrays.hashCode),
// so that the same keys meet in the same groups.
//   I1. A key's group depends on the key and the maximum parallelism only, never on the parallelism.

/** What a stream can be keyed by: a primitive, or a tuple of them. */
export type KeyPart = string | number | boolean | bigint;
export type Key = KeyPart | readonly KeyPart[];

/** Both ends inclusive; empty when `end < start`. */
export interface KeyGroupRange {
  readonly start: number;
  readonly end: number;
}

export const MAX_PARALLELISM_LOWER_BOUND = 128;
export const MAX_PARALLELISM_UPPER_BOUND = 32_768;

/** Flink's default: 1.5 times the parallelism, rounded up to a power of two, within 128 and 32768. */
export function defaultMaxParallelism(parallelism: number): number {
  let power = 1;
  while (power < parallelism + Math.floor(parallelism / 2)) power *= 2;
  return Math.min(Math.max(power, MAX_PARALLELISM_LOWER_BOUND), MAX_PARALLELISM_UPPER_BOUND);
}

/** The groups of one subtask: `[ceil(i * max / p), ((i + 1) * max - 1) / p]`. */
export function keyGroupRange(
  maxParallelism: number,
  parallelism: number,
  subtaskIndex: number,
): KeyGroupRange {
  return {
    start: Math.ceil((subtaskIndex * maxParallelism) / parallelism),
    end: Math.floor(((subtaskIndex + 1) * maxParallelism - 1) / parallelism),
  };
}

/** The subtask that owns a key group. */
export function subtaskOfKeyGroup(
  keyGroup: number,
  maxParallelism: number,
  parallelism: number,
): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism);
}

/** The group of a key's hash code: murmur, then modulo. */
export function keyGroupOfHash(hash: number, maxParallelism: number): number {
  return murmurHash(hash) % maxParallelism;
}

/** Java's hash code of a key, a signed 32-bit integer. */
export function hashOfKey(key: Key): number {
  switch (typeof key) {
    case 'string':
      return hashOfString(key);
    case 'number':
      return hashOfNumber(key);
    case 'boolean':
      return key ? 1231 : 1237;
    case 'bigint':
      return Number(BigInt.asIntN(32, key ^ (BigInt.asUintN(64, key) >> 32n)));
    default: {
      let hash = 1;
      for (const part of key) hash = (Math.imul(31, hash) + hashOfKey(part)) | 0;
      return hash;
    }
  }
}

function hashOfString(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) {
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  }
  return hash;
}

const numberBits = new DataView(new ArrayBuffer(8));

/** Java's bits of a NaN; JavaScript leaves open which of the many NaNs a DataView writes. */
const NAN_HASH = 0x7ff80000;

/** An integer hashes as a Java long, anything else as a double; -0 equals 0 as a key, so it hashes as 0. */
function hashOfNumber(value: number): number {
  const low = value | 0;
  if (low === value) return low < 0 ? ~low : low;
  if (Number.isSafeInteger(value)) return low ^ (Math.floor(value / 0x100000000) | 0);
  if (Number.isNaN(value)) return NAN_HASH;
  numberBits.setFloat64(0, value);
  return numberBits.getInt32(0) ^ numberBits.getInt32(4);
}

/** MathUtils.murmurHash: murmur3's mixing of one 32-bit block; never negative. */
function murmurHash(code: number): number {
  let mixed = Math.imul(code, 0xcc9e2d51);
  mixed = (mixed << 15) | (mixed >>> 17);
  mixed = Math.imul(mixed, 0x1b873593);
  mixed = (mixed << 13) | (mixed >>> 19);
  mixed = (Math.imul(mixed, 5) + 0xe6546b64) | 0;
  mixed ^= 4;
  mixed ^= mixed >>> 16;
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  if (mixed >= 0) return mixed;
  return mixed === -0x80000000 ? 0 : -mixed;
}
