// A 128-bit digest of a text, for identities that must agree between processes: not for secrets.
// Four lanes in the manner of MurmurHash3 (Austin Appleby, public domain) over the text's UTF-16 code units.

/** 32 lowercase hex digits. */
export function digestOf(text: string): string {
  const lanes = [0x9747b28c, 0x9747b28c, 0x9747b28c, 0x9747b28c];
  const words = textWords(text);
  for (let index = 0; index < words.length; index += 4) {
    for (let lane = 0; lane < 4; lane++) {
      const mixed = mixWord(words[index + lane] ?? 0, lane);
      const next = lanes[(lane + 1) % 4] ?? 0;
      const turned = rotate((lanes[lane] ?? 0) ^ mixed, 19 - 2 * lane);
      lanes[lane] = (Math.imul((turned + next) | 0, 5) + 0x561ccd1b + lane) | 0;
    }
  }
  return finish(lanes, text.length * 2);
}

function textWords(text: string): Int32Array {
  const words = new Int32Array(Math.ceil(text.length / 8) * 4);
  for (let index = 0; index < text.length; index++) {
    const word = index >> 1;
    words[word] = (words[word] ?? 0) | (text.charCodeAt(index) << (16 * (index & 1)));
  }
  return words;
}

const LANE_FACTORS = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const;

function mixWord(word: number, lane: number): number {
  const turned = rotate(Math.imul(word, LANE_FACTORS[lane] ?? 1), 15 + lane);
  return Math.imul(turned, LANE_FACTORS[(lane + 1) % 4] ?? 1);
}

function finish(lanes: number[], length: number): string {
  let mixed = lanes.map((lane) => lane ^ length);
  for (let round = 0; round < 2; round++) {
    const sum = mixed.reduce((total, lane) => (total + lane) | 0, 0);
    mixed = mixed.map((lane, index) => avalanche((lane + sum + index) | 0));
  }
  return mixed.map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

function avalanche(lane: number): number {
  let mixed = lane ^ (lane >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
