// Cuts the bytes of one file into lines: bytes are pushed in as they arrive, lines are taken out when the task asks.
// Leaves reading, and when to read, to `tail.ts`.
//   I1. `byteOffset` and `lineNumber` are those of the first line not yet taken: reading on from there loses nothing.
//   I2. A line longer than the bound is refused, so that a file without newlines cannot fill the memory.
//   I3. Each line is decoded to a string of its own: keeping one keeps no other byte of the file in memory.

import { EngineError } from '../../core/errors.ts';
import { formatSize } from '../../core/quantity.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The longest line unless the source says otherwise. */
export const LINE_BYTES_MAX = 1024 * 1024;

/** Bytes read but not yet taken, shared by the files of one reader. */
export interface ReadBudget {
  unreadBytes: number;
  readonly unreadBytesMax: number;
}

/** Where the next line begins. */
export interface LinePlace {
  readonly byteOffset: number;
  readonly lineNumber: number;
}

/** The lines of one file. */
export class LineBuffer {
  readonly #file: string;
  readonly #lineBytesMax: number;
  readonly #budget: ReadBudget;
  readonly #chunks: Buffer[] = [];
  /** Where in the first chunk the next search begins. */
  #at = 0;
  /** The beginning of a line whose end is in a later chunk. */
  #carry: Buffer[] = [];
  #carryBytes = 0;
  #isFinished = false;
  #byteOffset: number;
  #lineNumber: number;

  constructor(file: string, lineBytesMax: number, budget: ReadBudget, place: LinePlace) {
    this.#file = file;
    this.#lineBytesMax = lineBytesMax;
    this.#budget = budget;
    this.#byteOffset = place.byteOffset;
    this.#lineNumber = place.lineNumber;
  }

  /** The start of the first line not yet taken, and how many lines were taken before it. */
  get place(): LinePlace {
    return { byteOffset: this.#byteOffset, lineNumber: this.#lineNumber };
  }

  /** The start of the first line not yet taken. */
  get byteOffset(): number {
    return this.#byteOffset;
  }

  /** The number of the line that `next` returned last. */
  get lineNumber(): number {
    return this.#lineNumber;
  }

  /** True when every line was taken and no more will come. */
  get isEnded(): boolean {
    return this.#isFinished && this.#chunks.length === 0 && this.#carryBytes === 0;
  }

  /** True when there are bytes that `next` has not looked at, or a last line to take. */
  get hasUnread(): boolean {
    return this.#chunks.length > 0 || (this.#isFinished && this.#carryBytes > 0);
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#budget.unreadBytes += chunk.length;
  }

  /** No more bytes will come: a last line without newline is a line. */
  finish(): void {
    this.#isFinished = true;
  }

  /** The next complete line, or undefined when there is none yet. Throws `RECORD_TOO_LARGE`. */
  next(): string | undefined {
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const end = chunk.indexOf(NEWLINE, this.#at);
      if (end >= 0) return this.#takeLine(chunk, end);
      this.#carryRest(chunk);
    }
    if (!this.#isFinished || this.#carryBytes === 0) return undefined;
    const line = this.#decode(Buffer.concat(this.#carry), 0, this.#carryBytes);
    this.#advance(this.#carryBytes);
    return line;
  }

  #takeLine(chunk: Buffer, end: number): string {
    const start = this.#at;
    const lineBytes = this.#carryBytes + end - start;
    this.#checkLength(lineBytes);
    const line =
      this.#carryBytes === 0
        ? this.#decode(chunk, start, end)
        : this.#decode(Buffer.concat([...this.#carry, chunk.subarray(start, end)]), 0, lineBytes);
    this.#at = end + 1;
    if (this.#at === chunk.length) this.#dropChunk(chunk);
    this.#advance(lineBytes + 1);
    return line;
  }

  #advance(bytes: number): void {
    if (this.#carryBytes > 0) {
      this.#carry = [];
      this.#carryBytes = 0;
    }
    this.#byteOffset += bytes;
    this.#lineNumber += 1;
  }

  #carryRest(chunk: Buffer): void {
    const rest = chunk.subarray(this.#at);
    this.#carry.push(rest);
    this.#carryBytes += rest.length;
    this.#dropChunk(chunk);
    this.#checkLength(this.#carryBytes);
  }

  #dropChunk(chunk: Buffer): void {
    this.#chunks.shift();
    this.#at = 0;
    this.#budget.unreadBytes -= chunk.length;
  }

  #decode(bytes: Buffer, start: number, end: number): string {
    const from = this.#byteOffset === 0 && hasByteOrderMark(bytes, start, end) ? start + 3 : start;
    const until = end > from && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    return bytes.toString('utf8', from, until);
  }

  #checkLength(lineBytes: number): void {
    if (lineBytes <= this.#lineBytesMax) return;
    throw new EngineError(
      'RECORD_TOO_LARGE',
      `${this.#file}, line ${this.#lineNumber + 1} is longer than ${formatSize(this.#lineBytesMax)}; ` +
        `is it a text file with newlines? Otherwise raise 'lineBytesMax'`,
      { details: { file: this.#file, line: String(this.#lineNumber + 1) } },
    );
  }
}

function hasByteOrderMark(bytes: Buffer, start: number, end: number): boolean {
  return (
    end - start >= 3 &&
    bytes[start] === 0xef &&
    bytes[start + 1] === 0xbb &&
    bytes[start + 2] === 0xbf
  );
}
