// Describes a sink that prints each record as a line: for looking at a job while writing it. Writing is `sink.ts`.

import type { SinkSpec } from '../connector.ts';

/** Where lines go. */
export interface PrintOptions {
  /** Takes one line, without its newline; the standard output of the process when absent. */
  readonly line?: ((line: string) => void) | undefined;
}

/** A printing sink. */
export interface PrintSpec<In> extends SinkSpec<In> {
  readonly kind: 'print';
  readonly line: ((line: string) => void) | undefined;
}

/** Prints each record at once, prefixed `<subtask>> ` when there is more than one (counted from 1, as Flink does). */
export function print<In>(options: PrintOptions = {}): PrintSpec<In> {
  return { kind: 'print', label: 'print', line: options.line };
}
