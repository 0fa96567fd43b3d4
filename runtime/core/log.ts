// What the engine says about itself. The processes hand in a maker (pino in `main.ts`); tests hand in a list.

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Structured lines: a message that is the same each time, and fields that differ. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Says nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
