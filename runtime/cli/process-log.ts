// The log of a process: JSON lines on stderr, written by pino, one line a message.

import { destination, pino } from 'pino';
import type { Log, LogFields } from '../core/log.ts';

/** `level`: debug, info, warn, error or silent. */
export function createProcessLog(process: string, level: string): Log {
  const logger = pino(
    { level, base: { process }, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  );
  const write =
    (method: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      logger[method](fields, message);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
