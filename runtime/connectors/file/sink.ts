// The writers of files: CSV and JSON lines. One file a subtask, or one a roll interval; names and leftovers are
// `part-files.ts`, bytes are `write-behind.ts`.
//   I1. A file is visible only after the commit; one that is rolled is committed on its own, after it was synced.
//   I2. At most two files have buffers: the one being written and the one being rolled; either can make the writer full.

import { rm } from 'node:fs/promises';
import type { SinkContext, SinkMaker, SinkWriter } from '../connector.ts';
import { EngineError } from '../../core/errors.ts';
import { csvHeader, csvLineOf, type LineOf } from './csv-line.ts';
import {
  type PartOwner,
  partPaths,
  type PartPaths,
  prepareParts,
  publishPart,
  syncDirectory,
} from './part-files.ts';
import type { CsvFileOptions, CsvFileSpec, FileSinkOptions, JsonLinesFileSpec } from './spec.ts';
import { WriteBehind } from './write-behind.ts';

/** Makes the writer of a `csvFile(...)` sink. */
export const csvFileSink: SinkMaker = (spec, context) => {
  const options = (spec as CsvFileSpec<unknown>).options as CsvFileOptions<Record<string, unknown>>;
  return new PartWriter(options, context, {
    extension: 'csv',
    header: options.header === true ? csvHeader(options.columns) : '',
    lineOf: csvLineOf(options.columns),
  });
};

/** Makes the writer of a `jsonLinesFile(...)` sink. */
export const jsonLinesFileSink: SinkMaker = (spec, context) => {
  const { options } = spec as JsonLinesFileSpec<unknown>;
  return new PartWriter(options, context, { extension: 'jsonl', header: '', lineOf: jsonLine });
};

interface LineFormat {
  readonly extension: string;
  readonly header: string;
  readonly lineOf: LineOf;
}

interface Part {
  readonly paths: PartPaths;
  readonly file: WriteBehind;
}

class PartWriter implements SinkWriter<unknown> {
  readonly #options: FileSinkOptions;
  readonly #context: SinkContext;
  readonly #format: LineFormat;
  readonly #owner: PartOwner;
  #nextNumber = 0;
  #current: Part | undefined;
  /** Rolled, being synced and published. */
  #rolling: Part | undefined;
  #rolled: Promise<void> = Promise.resolve();
  /** Synced, waiting for the commit. */
  #prepared: PartPaths | undefined;
  #cancelRoll: () => void = () => undefined;

  constructor(options: FileSinkOptions, context: SinkContext, format: LineFormat) {
    this.#options = options;
    this.#context = context;
    this.#format = format;
    const { directory } = options;
    const { jobId, subtaskIndex, parallelism } = context;
    const { extension } = format;
    this.#owner = { directory, extension, jobId, subtaskIndex, parallelism };
  }

  get isFull(): boolean {
    return this.#current?.file.isFull === true || this.#rolling?.file.isFull === true;
  }

  async open(): Promise<void> {
    this.#nextNumber = await prepareParts(this.#owner, this.#options.mode ?? 'overwrite');
    this.#rollLater();
  }

  write(value: unknown): void {
    this.#current ??= this.#begin();
    this.#current.file.append(this.#format.lineOf(value));
  }

  async prepare(): Promise<void> {
    this.#cancelRoll();
    await this.#rolled;
    const part = this.#current;
    if (part === undefined) return;
    await part.file.sync();
    this.#current = undefined;
    this.#prepared = part.paths;
  }

  async commit(): Promise<void> {
    if (this.#prepared === undefined) return;
    await publishPart(this.#prepared);
    await syncDirectory(this.#options.directory);
  }

  async abort(): Promise<void> {
    this.#cancelRoll();
    await this.#rolled.catch(() => undefined);
    const part = this.#current;
    this.#current = undefined;
    await part?.file.close().catch(() => undefined);
    for (const paths of [part?.paths, this.#rolling?.paths, this.#prepared]) {
      if (paths !== undefined) await rm(paths.inProgress, { force: true });
    }
  }

  #begin(): Part {
    const paths = partPaths(this.#owner, this.#nextNumber);
    this.#nextNumber += 1;
    const file = new WriteBehind(paths.inProgress, {
      onRoom: () => {
        this.#context.wake();
      },
      onError: (error) => {
        this.#context.fail(error);
      },
    });
    if (this.#format.header !== '') file.append(this.#format.header);
    return { paths, file };
  }

  #rollLater(): void {
    const { rollIntervalMs } = this.#options;
    if (rollIntervalMs === undefined) return;
    this.#cancelRoll = this.#context.clock.after(rollIntervalMs, () => {
      this.#roll();
      this.#rollLater();
    });
  }

  /** Skipped while the last roll has not finished: a slow disk gets larger files, not more of them. */
  #roll(): void {
    if (this.#current === undefined || this.#rolling !== undefined) return;
    const part = this.#current;
    this.#rolling = part;
    this.#current = undefined;
    this.#rolled = this.#publish(part);
    // A failure is reported here and thrown again by `prepare`.
    this.#rolled.catch((error: unknown) => {
      this.#context.fail(error);
    });
  }

  async #publish({ file, paths }: Part): Promise<void> {
    await file.sync();
    await publishPart(paths);
    await syncDirectory(this.#options.directory);
    this.#rolling = undefined;
    this.#context.count('filesCommitted');
    this.#context.wake();
  }
}

/** One JSON text; a record that JSON cannot hold is refused. */
function jsonLine(record: unknown): string {
  try {
    const json = jsonText(record);
    if (json !== undefined) return `${json}\n`;
  } catch (error) {
    throw notJson(error instanceof Error ? error.message : String(error), error);
  }
  throw notJson(`${typeof record} has no JSON text`, undefined);
}

/** The standard function, with the result it really has: functions and undefined have no text. */
function jsonText(record: unknown): string | undefined {
  return JSON.stringify(record);
}

function notJson(reason: string, cause: unknown): EngineError {
  return new EngineError(
    'RECORD_MISMATCH',
    `jsonLinesFile: a record cannot be written as JSON (${reason}); map it to plain values before the sink`,
    { cause },
  );
}
