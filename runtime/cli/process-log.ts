// The log of a process: JSON lines on stderr, written by pino, one line a message. Pino is loaded with the first line that
// is written, so a process that has nothing to say starts without it.

import { createRequire } from 'node:module';
import type { Logger, pino } from 'pino';
import type { Log, LogFields } from '../core/log.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** `level`: debug, info, warn, error or silent. */
export function createProcessLog(process: string, level: string): Log {
  let logger: Logger | undefined;
  const leastLevel = LEVELS.findIndex((each) => each === level);
  const write =
    (method: (typeof LEVELS)[number]) =>
    (message: string, fields: LogFields = {}): void => {
      if (leastLevel < 0 || LEVELS.indexOf(method) < leastLevel) return;
      logger ??= createLogger(process, level);
      logger[method](fields, message);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function createLogger(process: string, level: string): Logger {
  const load = createRequire(import.meta.url)('pino') as typeof pino;
  return load(
    { level, base: { process }, timestamp: load.stdTimeFunctions.isoTime },
    load.destination({ dest: 2, sync: true }),
  );
}
