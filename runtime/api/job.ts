// A job is a module whose default export is `defineJob({ name, parameters, build })`. The coordinator and every slot load
// it and build its graph; `build` must therefore do the same each time: no clock, no randomness, no files.

import { z } from 'zod';
import { parseDurationMs } from '../core/quantity.ts';
import type { JobSnapshot } from '../protocol/cluster-snapshot.ts';
import type { Environment } from './environment.ts';

/** What `summarize` and `check` are given after a run. */
export interface FinishedRun<Parameters> {
  readonly parameters: Parameters;
  readonly job: JobSnapshot;
}

/** The verdict of a job's own check. */
export interface CheckVerdict {
  readonly ok: boolean;
  /** A line a fact checked. */
  readonly lines: readonly string[];
}

/** A job as its author writes it. */
export interface JobDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** Shown everywhere; lowercase words joined by hyphens. */
  readonly name: string;
  /** One sentence for `--help`. */
  readonly description?: string;
  /** A zod object: each field is an option of `millrace run`, its `.describe()` text the help. */
  readonly parameters: Schema;
  /** Describes the job; called in several processes, so it must not depend on anything but its arguments. */
  readonly build: (env: Environment, parameters: z.output<Schema>) => void;
  /** Lines for the end of a successful run. */
  readonly summarize?: (run: FinishedRun<z.output<Schema>>) => Promise<readonly string[]>;
  /** `--check`: compares the result with an independent answer. */
  readonly check?: (run: FinishedRun<z.output<Schema>>) => Promise<CheckVerdict>;
}

/** Gives a job its types; returns it unchanged. */
export function defineJob<Schema extends z.ZodObject>(
  definition: JobDefinition<Schema>,
): JobDefinition<Schema> {
  return definition;
}

/** A parameter such as `24h`, `90s` or `0`, given to `build` in milliseconds. */
export function durationMs(): z.ZodType<number, string | number> {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const parsed = typeof value === 'number' ? value : parseDurationMs(value);
    if (parsed !== undefined && parsed >= 0) return parsed;
    context.addIssue({
      code: 'custom',
      message: `"${value}" is not a duration: write a number with ms, s, m, h or d, such as 90s`,
    });
    return z.NEVER;
  });
}
