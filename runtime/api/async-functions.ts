// What a job may say of an asynchronous function, checked and filled up.

import type { z } from 'zod';
import { EngineError } from '../core/errors.ts';
import type {
  AsyncCallContext,
  AsyncOutcome,
  AsyncRetry,
  OperatorSpec,
} from '../operators/spec.ts';
import type { Rich } from './process-functions.ts';

/** Flink's default: enough to hide a latency of 10 ms at 10,000 records a second. */
const CAPACITY = 100;

/** Calls a function that returns a promise. */
export type AsyncFunction<T, Out> = (value: T, context: AsyncCallContext) => Promise<Out> | Out;

/** How an asynchronous function is called. */
export interface AsyncOptions<T, Out, Fallback> extends Rich {
  /** How long a record may take, all attempts and the delays between them. */
  readonly timeoutMs: number;
  /** The answer when the time is up; without it, that fails the job. */
  readonly onTimeout?: (value: T, context: AsyncCallContext) => Fallback;
  /** `ordered`, the default: in the order of the records. `unordered`: as they come, but never past a watermark. */
  readonly order?: 'ordered' | 'unordered';
  /** How many calls a subtask has in flight at most. @default 100 */
  readonly capacity?: number;
  readonly retry?: AsyncRetryOptions<Out>;
  readonly type?: z.ZodType<Out | Fallback>;
}

/** When an attempt is made again. */
export interface AsyncRetryOptions<Out> {
  /** All of them, the first included. When they are used up, the last one's result or error is the answer. */
  readonly attemptsMax: number;
  /** Before the second attempt. */
  readonly delayMs: number;
  /** How many times as long each later delay is. @default 1 */
  readonly multiplier?: number;
  readonly delayMsMax?: number;
  /** Which outcomes are worth another attempt; by default those that failed. */
  readonly when?: (outcome: AsyncOutcome<Out>) => boolean;
}

/** The operator. Throws `JOB_INVALID` for numbers that mean nothing. */
export function asyncMapSpec<T, Out, Fallback>(
  call: AsyncFunction<T, Out>,
  options: AsyncOptions<T, Out, Fallback>,
): OperatorSpec {
  const { timeoutMs, order = 'ordered', capacity = CAPACITY, retry, open, close } = options;
  check('timeoutMs', timeoutMs, timeoutMs > 0);
  check('capacity', capacity, Number.isSafeInteger(capacity) && capacity > 0);
  return {
    kind: 'async-map',
    functions: {
      call: call as (value: unknown, context: AsyncCallContext) => unknown,
      onTimeout: options.onTimeout as ((value: unknown) => unknown) | undefined,
      open,
      close,
    },
    order,
    capacity,
    timeoutMs,
    retry: retry === undefined ? undefined : completeRetry(retry),
  };
}

function completeRetry<Out>(options: AsyncRetryOptions<Out>): AsyncRetry {
  const { attemptsMax, delayMs, multiplier = 1, delayMsMax = Infinity } = options;
  check('retry.attemptsMax', attemptsMax, Number.isSafeInteger(attemptsMax) && attemptsMax > 0);
  check('retry.delayMs', delayMs, Number.isFinite(delayMs) && delayMs >= 0);
  check('retry.multiplier', multiplier, Number.isFinite(multiplier) && multiplier >= 1);
  check('retry.delayMsMax', delayMsMax, delayMsMax >= delayMs);
  const when = (options.when ?? hasFailed) as (outcome: AsyncOutcome) => boolean;
  return { attemptsMax, delayMs, multiplier, delayMsMax, when };
}

function hasFailed(outcome: AsyncOutcome): boolean {
  return outcome.kind === 'failed';
}

function check(name: string, value: number, isValid: boolean): void {
  if (isValid) return;
  throw new EngineError(
    'JOB_INVALID',
    `mapAsync with ${name} ${value}: capacity and attemptsMax are whole numbers from 1, timeoutMs is positive, delayMs is ` +
      '0 or more, multiplier 1 or more, and delayMsMax no less than delayMs.',
  );
}
