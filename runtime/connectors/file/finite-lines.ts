// Reads the lines of a fixed list of files, one after the other: subtask i of p reads the files i, i + p, i + 2p of the
// sorted list. One asynchronous loop reads ahead within a bound; `poll` takes complete lines.
//   I1. The list is fixed at the first opening and part of the position: files added later change nothing.
//   I2. Lines come in the order of files, then of lines.

import type { EmitRecord, SourceContext, SourceReader, SourceStatus } from '../connector.ts';
import { NO_TIMESTAMP } from '../connector.ts';
import { EngineError } from '../../core/errors.ts';
import { positionList, positionNumber, positionText } from '../position.ts';
import { openByteStream, PlainStream } from './byte-stream.ts';
import { requireFiles } from './discover.ts';
import { LINE_BYTES_MAX, LineBuffer, type LinePlace, type ReadBudget } from './line-buffer.ts';
import type { LineRecord, LinesOptions } from './spec.ts';

/** Bytes read ahead of the task by one reader; a chunk more may be in flight. */
export const UNREAD_BYTES_MAX = 4 * 1024 * 1024;
/** Files read ahead of the task by one reader, for directories of many small files. */
const FILES_AHEAD_MAX = 64;

interface FilePlace extends LinePlace {
  readonly path: string;
}

interface OpenFile {
  readonly path: string;
  readonly lines: LineBuffer;
}

/** The bounded reader of `lines(...)`. */
export class FiniteLinesReader implements SourceReader<LineRecord> {
  readonly #options: LinesOptions;
  readonly #context: SourceContext;
  readonly #budget: ReadBudget = { unreadBytes: 0, unreadBytesMax: UNREAD_BYTES_MAX };
  /** Files not yet begun. */
  #waiting: FilePlace[] = [];
  /** Files begun and not yet taken to their end, in order. */
  readonly #begun: OpenFile[] = [];
  #whenRoom: (() => void) | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: LinesOptions, context: SourceContext) {
    this.#options = options;
    this.#context = context;
  }

  async open(position: unknown): Promise<void> {
    this.#waiting =
      position === undefined || position === null
        ? await this.#assignFiles()
        : positionList(position, 'files').map(toFilePlace);
    this.#reading = this.#readAll();
  }

  poll(emit: EmitRecord<LineRecord>, limit: number): SourceStatus {
    let left = limit;
    for (let file = this.#begun[0]; file !== undefined; file = this.#begun[0]) {
      left = emitLines(file, emit, left);
      if (left === 0 || !file.lines.isEnded) break;
      this.#begun.shift();
    }
    if (this.#whenRoom !== undefined && this.#hasRoom()) this.#whenRoom();
    if (this.#begun.length === 0 && this.#waiting.length === 0) return 'ended';
    return left === 0 ? 'more' : 'idle';
  }

  position(): unknown {
    const begun = this.#begun
      .filter(({ lines }) => !lines.isEnded)
      .map(({ path, lines }) => ({ path, ...lines.place }));
    return { files: [...begun, ...this.#waiting] };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#whenRoom?.();
    await this.#reading;
  }

  async #assignFiles(): Promise<FilePlace[]> {
    const { subtaskIndex, parallelism, log } = this.#context;
    const found = await requireFiles(this.#options.path);
    const mine = found.filter((_, index) => index % parallelism === subtaskIndex);
    log.debug('files assigned', { found: found.length, mine: mine.length });
    return mine.map((path) => ({ path, byteOffset: 0, lineNumber: 0 }));
  }

  async #readAll(): Promise<void> {
    try {
      for (let file = this.#waiting[0]; file !== undefined; file = this.#waiting[0]) {
        await this.#readFile(file);
        if (this.#isClosed) return;
      }
    } catch (error) {
      if (!this.#isClosed) this.#context.fail(error);
    }
  }

  async #readFile(file: FilePlace): Promise<void> {
    const stream = await openByteStream(file.path, file.byteOffset);
    try {
      if (stream instanceof PlainStream) await checkLength(stream, file);
      const lines = new LineBuffer(
        file.path,
        this.#options.lineBytesMax ?? LINE_BYTES_MAX,
        this.#budget,
        file,
      );
      this.#begun.push({ path: file.path, lines });
      this.#waiting.shift();
      for (let chunk = await stream.read(); chunk !== undefined; chunk = await stream.read()) {
        lines.push(chunk);
        this.#context.wake();
        if (!this.#hasRoom()) await this.#room();
        if (this.#isClosed) return;
      }
      lines.finish();
      this.#context.wake();
      if (!this.#hasRoom()) await this.#room();
    } finally {
      await stream.close();
    }
  }

  #hasRoom(): boolean {
    return (
      this.#budget.unreadBytes < this.#budget.unreadBytesMax && this.#begun.length < FILES_AHEAD_MAX
    );
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenRoom = () => {
        this.#whenRoom = undefined;
        resolve();
      };
    });
  }
}

/** Emits the complete lines at hand, at most `limit`; returns how many more may be emitted. */
export function emitLines(file: OpenFile, emit: EmitRecord<LineRecord>, limit: number): number {
  const { path, lines } = file;
  let left = limit;
  for (; left > 0; left--) {
    const line = lines.next();
    if (line === undefined) return left;
    emit({ line, lineNumber: lines.lineNumber, file: path }, NO_TIMESTAMP);
  }
  return left;
}

async function checkLength(stream: PlainStream, file: FilePlace): Promise<void> {
  if (file.byteOffset === 0) return;
  const { sizeBytes } = await stream.identity();
  if (sizeBytes >= file.byteOffset) return;
  throw new EngineError(
    'FILE_FAILED',
    `${file.path} has ${sizeBytes} bytes, but ${file.byteOffset} were read before; ` +
      `was it truncated or replaced? Start the job anew, or restore the file`,
  );
}

function toFilePlace(stored: unknown): FilePlace {
  return {
    path: positionText(stored, 'path'),
    byteOffset: positionNumber(stored, 'byteOffset'),
    lineNumber: positionNumber(stored, 'lineNumber'),
  };
}
