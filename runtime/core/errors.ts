// Every error the engine raises on purpose: one table of codes. The domain and the retry field say what the engine must
// do with it; nobody parses messages. A message says what, where and how to mend it.

import { inspect } from 'node:util';

/** Whose fault, hence what the user sees: one line for `user`, a stack for `internal`. */
export type ErrorDomain = 'user' | 'external' | 'internal';
/** What may help. */
export type RetryAdvice = 'never' | 'backoff' | 'restart-job';

interface ErrorKind {
  readonly domain: ErrorDomain;
  readonly retry: RetryAdvice;
  /** One sentence for the reference page. */
  readonly meaning: string;
}

/** The table: code, whose fault, what may help, meaning. */
export const ERROR_KINDS = {
  INVARIANT_BROKEN: kind(
    'internal',
    'restart-job',
    'A rule inside the engine does not hold: a bug.',
  ),
  CONFIG_INVALID: kind(
    'user',
    'never',
    'Settings are missing, malformed or contradict each other.',
  ),
  USAGE: kind('user', 'never', 'The command line cannot be understood.'),
  JOB_NOT_FOUND: kind('user', 'never', 'No job of that name or path exists.'),
  JOB_INVALID: kind('user', 'never', 'The job program does not describe a runnable job.'),
  PARAMETERS_INVALID: kind('user', 'never', "The job's parameters do not match its schema."),
  INPUT_NOT_FOUND: kind('user', 'never', 'An input path or pattern matches nothing.'),
  PORT_IN_USE: kind('user', 'never', 'A port that must be opened is taken.'),
  USER_FUNCTION_FAILED: kind('user', 'never', 'A function of the job threw.'),
  RECORD_MISMATCH: kind('user', 'never', 'A record does not have the shape its type declares.'),
  RECORD_TOO_LARGE: kind('user', 'never', 'One encoded record exceeds the largest allowed size.'),
  PLAN_MISMATCH: kind('user', 'never', 'Two processes built different plans from the job.'),
  SLOTS_INSUFFICIENT: kind(
    'user',
    'restart-job',
    'The cluster has fewer free slots than the job needs.',
  ),
  NETWORK_MEMORY_INSUFFICIENT: kind('user', 'never', 'The buffers cannot serve every channel.'),
  MEMORY_EXCEEDED: kind('user', 'never', 'A slot or a bounded queue went over its budget.'),
  WORKER_LOST: kind(
    'external',
    'restart-job',
    'A worker closed its connection or missed heartbeats.',
  ),
  CHANNEL_BROKEN: kind('external', 'restart-job', 'A connection between two workers failed.'),
  COORDINATOR_LOST: kind('external', 'backoff', 'The coordinator cannot be reached.'),
  PROTOCOL_VIOLATION: kind(
    'internal',
    'restart-job',
    'A peer sent something the protocol forbids.',
  ),
  FILE_FAILED: kind('external', 'restart-job', 'Reading or writing a file failed.'),
  JOB_FAILED: kind('user', 'never', 'The job ended without finishing.'),
  CHECK_FAILED: kind('user', 'never', 'The result differs from the expected answer.'),
} as const satisfies Record<string, ErrorKind>;

/** A code of the table: stable across releases, searchable in logs, listed in `docs/reference/errors.md`. */
export type ErrorCode = keyof typeof ERROR_KINDS;

/** Plain data of an error, fit for a message between processes. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly details?: Readonly<Record<string, string>> | undefined;
}

/** An error with a code of the table. `details` are short facts (operator, subtask, record), shown a line each. */
export class EngineError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EngineError';
    this.code = code;
    this.details = options.details ?? {};
  }

  get domain(): ErrorDomain {
    return ERROR_KINDS[this.code].domain;
  }

  get retry(): RetryAdvice {
    return ERROR_KINDS[this.code].retry;
  }
}

/** What can be sent to another process; an unknown throw becomes `INVARIANT_BROKEN`. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof EngineError) {
    const cause = error.cause instanceof Error ? error.cause.stack : undefined;
    return {
      code: error.code,
      message: error.message,
      stack: cause ?? error.stack,
      details: error.details,
    };
  }
  if (error instanceof Error) {
    return { code: 'INVARIANT_BROKEN', message: error.message, stack: error.stack };
  }
  return { code: 'INVARIANT_BROKEN', message: typeof error === 'string' ? error : inspect(error) };
}

/** The error that a record describes; its stack is the one of where it was thrown. */
export function fromErrorRecord(record: ErrorRecord): EngineError {
  const error = new EngineError(record.code, record.message, { details: record.details ?? {} });
  if (record.stack !== undefined) error.stack = record.stack;
  return error;
}

function kind(domain: ErrorDomain, retry: RetryAdvice, meaning: string): ErrorKind {
  return { domain, retry, meaning };
}
