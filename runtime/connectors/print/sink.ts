// The writer that prints. What is printed cannot be taken back, so it prints at once instead of at the commit: the one
// sink, with collect, that is for people and not for results.
//   I1. At most `PENDING_BYTES_MAX` wait for a slow terminal or pipe; then the task pauses.
//   I2. The job has not prepared before all it printed has left the slot's thread, which ends soon after.

import { EngineError } from '../../core/errors.ts';
import type { SinkContext, SinkMaker, SinkWriter } from '../connector.ts';
import type { PrintSpec } from './spec.ts';

/** What may wait in the process for the standard output. */
const PENDING_BYTES_MAX = 1024 * 1024;

/** Makes the writer of a `print()` sink. */
export const printSink: SinkMaker = (spec, context) => {
  return new PrintWriter((spec as PrintSpec<unknown>).line, context);
};

class PrintWriter implements SinkWriter<unknown> {
  readonly #line: ((line: string) => void) | undefined;
  readonly #context: SinkContext;
  readonly #prefix: string;
  #pendingBytes = 0;
  #onDrained: () => void = () => undefined;

  constructor(line: ((line: string) => void) | undefined, context: SinkContext) {
    this.#line = line;
    this.#context = context;
    this.#prefix = context.parallelism > 1 ? `${context.subtaskIndex + 1}> ` : '';
  }

  get isFull(): boolean {
    return this.#pendingBytes >= PENDING_BYTES_MAX;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  write(value: unknown): void {
    const line = this.#prefix + formatRecord(value);
    if (this.#line !== undefined) this.#line(line);
    else this.#print(`${line}\n`);
  }

  prepare(): Promise<void> {
    return this.#drain(); // I2
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  /** What was printed before a failure helps to find it. */
  abort(): Promise<void> {
    return this.#drain();
  }

  #drain(): Promise<void> {
    if (this.#pendingBytes === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }

  #print(text: string): void {
    this.#pendingBytes += text.length;
    process.stdout.write(text, (error) => {
      this.#printed(text.length, error);
    });
  }

  #printed(bytes: number, error: Error | null | undefined): void {
    const wasFull = this.isFull;
    this.#pendingBytes -= bytes;
    if (error) this.#context.fail(cannotPrint(error));
    if (wasFull && this.#pendingBytes < PENDING_BYTES_MAX) this.#context.wake();
    if (this.#pendingBytes === 0) this.#onDrained();
  }
}

/** A text as it is; anything else as JSON, with bigints as their digits. */
export function formatRecord(value: unknown): string {
  if (typeof value === 'string') return value;
  const json = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  ) as string | undefined;
  return json ?? String(value);
}

function cannotPrint(cause: Error): EngineError {
  return new EngineError(
    'FILE_FAILED',
    `print: the standard output cannot be written (${cause.message}); is its reader gone?`,
    { cause },
  );
}
