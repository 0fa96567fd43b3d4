// The only reader of `process.env`; apart from the schema, so that a process can be started before zod is loaded.

/** Variables by name, as `process.env` has them; an empty value counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of this process. */
export function readProcessEnvironment(): Environment {
  return process.env;
}
