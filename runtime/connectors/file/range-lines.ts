// Reads one split of a `files(...)` source: the records whose first byte lies in a range of a file. One asynchronous loop
// reads ahead within a bound; `poll` makes records of complete lines.
//   I1. Every line belongs to the one range in which it begins, wherever the ranges are cut.
//   I2. The position is the byte after the last record that was given, so a record half read is read again.

import type { EmitRecord, SourceContext, SourceReader, SourceStatus } from '../connector.ts';
import { NO_TIMESTAMP } from '../connector.ts';
import { EngineError } from '../../core/errors.ts';
import { formatSize } from '../../core/quantity.ts';
import { positionNumber } from '../position.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';
import type { RangeSplit } from './files-enumerator.ts';
import type { FilesOptions } from './files-spec.ts';
import { LINE_BYTES_MAX, LineBuffer, type LinePlace, type ReadBudget } from './line-buffer.ts';
import { BadLine, hasHeader, type LineFormat, lineFormatOf, UNFINISHED } from './line-format.ts';

/** Bytes read ahead of the task in one split; a chunk more may be in flight. */
const UNREAD_BYTES_MAX = 1024 * 1024;
const NEWLINE = 0x0a;

/** The reader of one range. */
export class RangeLinesReader implements SourceReader<unknown> {
  readonly #split: RangeSplit;
  readonly #options: FilesOptions;
  readonly #context: SourceContext;
  readonly #lineBytesMax: number;
  readonly #end: number;
  readonly #budget: ReadBudget = { unreadBytes: 0, unreadBytesMax: UNREAD_BYTES_MAX };
  #lines: LineBuffer;
  #format: LineFormat = () => undefined;
  /** Lines that are no records: a header, or the rest of a line that began before the range. */
  #skipCount = 0;
  /** The lines so far of a record that spans several, and where it began. */
  #unfinished: { readonly text: string; readonly place: LinePlace } | undefined;
  #reading: Promise<void> = Promise.resolve();
  #whenRoom: (() => void) | undefined;
  #isClosed = false;

  constructor(split: RangeSplit, options: FilesOptions, context: SourceContext) {
    this.#split = split;
    this.#options = options;
    this.#context = context;
    this.#lineBytesMax = options.lineBytesMax ?? LINE_BYTES_MAX;
    this.#end = split.end ?? Infinity;
    this.#lines = this.#linesFrom({ byteOffset: split.start, lineNumber: 0 });
  }

  async open(position: unknown): Promise<void> {
    const { path, start } = this.#split;
    const header = hasHeader(this.#options) ? await this.#readHeader() : undefined;
    this.#format = lineFormatOf(this.#options, header);
    if (position !== undefined && position !== null) {
      this.#lines = this.#linesFrom({
        byteOffset: positionNumber(position, 'byteOffset'),
        lineNumber: positionNumber(position, 'lineNumber'),
      });
    } else if (start > 0) {
      // A line begins at `start` if the byte before it ends one: reading from there, the first line is never ours.
      this.#lines = this.#linesFrom({ byteOffset: start - 1, lineNumber: 0 });
      this.#skipCount = 1;
    } else if (header !== undefined) {
      this.#skipCount = 1;
    }
    const stream = await openByteStream(path, this.#lines.byteOffset);
    this.#reading = this.#readAhead(stream).catch((error: unknown) => {
      if (!this.#isClosed) this.#context.fail(error);
    });
  }

  poll(emit: EmitRecord<unknown>, limit: number): SourceStatus {
    let left = limit;
    while (left > 0) {
      // A record that spans lines is read to its end, wherever that is.
      if (this.#unfinished === undefined && this.#isPastEnd()) return 'ended';
      const { byteOffset } = this.#lines;
      const line = this.#lines.next();
      if (line === undefined) break;
      if (this.#skipCount > 0) {
        this.#skipCount -= 1;
      } else {
        this.#take(line, byteOffset, emit);
        left -= 1; // dead letters count too: they are results
      }
    }
    if (this.#whenRoom !== undefined && this.#hasRoom()) this.#whenRoom();
    if (this.#lines.isEnded) return this.#finish();
    return left === 0 ? 'more' : 'idle';
  }

  position(): unknown {
    if (this.#skipCount > 0) return null;
    return this.#unfinished?.place ?? this.#lines.place;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#whenRoom?.();
    await this.#reading;
  }

  #take(line: string, byteOffset: number, emit: EmitRecord<unknown>): void {
    const { path } = this.#split;
    const unfinished = this.#unfinished;
    const text = unfinished === undefined ? line : `${unfinished.text}\n${line}`;
    const start = unfinished?.place.byteOffset ?? byteOffset;
    const record = this.#format(text, path, start);
    if (record === UNFINISHED) {
      const place = unfinished?.place ?? { byteOffset, lineNumber: this.#lines.lineNumber - 1 };
      this.#checkLength(text, place);
      this.#unfinished = { text, place };
      return;
    }
    const lineNumber = (unfinished?.place.lineNumber ?? this.#lines.lineNumber - 1) + 1;
    this.#unfinished = undefined;
    if (record instanceof BadLine) {
      this.#reject(text, { byteOffset: start, lineNumber }, record.problem);
    } else {
      emit(record, NO_TIMESTAMP);
    }
  }

  #reject(line: string, place: LinePlace, problem: string): void {
    const { path, start } = this.#split;
    const { byteOffset } = place;
    // How many lines come before a range is not known without reading them.
    const where = start === 0 ? `line ${place.lineNumber}` : `byte ${byteOffset}`;
    this.#context.deadLetter({ file: path, byteOffset, line }, `${path}, ${where}: ${problem}`);
  }

  #finish(): SourceStatus {
    const unfinished = this.#unfinished;
    this.#unfinished = undefined;
    if (unfinished !== undefined) {
      const { text, place } = unfinished;
      const { byteOffset, lineNumber } = place;
      this.#reject(text, { byteOffset, lineNumber: lineNumber + 1 }, 'a quoted value has no end');
    }
    return 'ended';
  }

  #isPastEnd(): boolean {
    return this.#lines.byteOffset >= this.#end;
  }

  /** Reads to the end of the line in which the range ends. */
  async #readAhead(stream: ByteStream): Promise<void> {
    let at = this.#lines.byteOffset;
    try {
      for (let chunk = await stream.read(); chunk !== undefined; chunk = await stream.read()) {
        if (this.#isClosed) return;
        const last =
          at + chunk.length < this.#end
            ? -1
            : chunk.indexOf(NEWLINE, Math.max(0, this.#end - 1 - at));
        this.#lines.push(last < 0 ? chunk : chunk.subarray(0, last + 1));
        at += chunk.length;
        this.#context.wake();
        if (last >= 0) break;
        if (!this.#hasRoom()) await this.#room();
      }
      this.#lines.finish();
      this.#context.wake();
    } finally {
      await stream.close();
    }
  }

  async #readHeader(): Promise<string> {
    const { path } = this.#split;
    const lines = this.#linesFrom({ byteOffset: 0, lineNumber: 0 });
    const stream = await openByteStream(path, 0);
    try {
      for (let line = lines.next(); ; line = lines.next()) {
        if (line !== undefined) return line;
        const chunk = lines.isEnded ? undefined : await stream.read();
        if (chunk === undefined && lines.isEnded) return '';
        if (chunk === undefined) lines.finish();
        else lines.push(chunk);
      }
    } finally {
      this.#budget.unreadBytes = 0;
      await stream.close();
    }
  }

  #linesFrom(place: LinePlace): LineBuffer {
    return new LineBuffer(this.#split.path, this.#lineBytesMax, this.#budget, place);
  }

  #hasRoom(): boolean {
    return this.#budget.unreadBytes < this.#budget.unreadBytesMax;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenRoom = () => {
        this.#whenRoom = undefined;
        resolve();
      };
    });
  }

  #checkLength(text: string, { lineNumber }: LinePlace): void {
    if (text.length <= this.#lineBytesMax) return;
    throw new EngineError(
      'RECORD_TOO_LARGE',
      `${this.#split.path}, line ${lineNumber + 1}: a quoted value is longer than ${formatSize(this.#lineBytesMax)}; ` +
        "does its quote end? Otherwise raise 'lineBytesMax'",
    );
  }
}
