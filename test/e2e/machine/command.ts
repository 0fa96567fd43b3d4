// Runs one short command to its end. Long ones, which must not outlive the run, are started by `started-process.ts`.
// A failure says which command, how it ended, and its last lines.

import { execFile, type ExecFileException } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Stops the command; the promise then rejects. */
  readonly signal?: AbortSignal;
  /** What the command reads. */
  readonly input?: string;
}

const OUTPUT_BYTES_MAX = 64 * 2 ** 20;
const LINES_SHOWN = 15;

/** What the command wrote to its output. */
export async function runCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<string> {
  const [file, ...rest] = command;
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      rest,
      {
        cwd: options.cwd,
        env: { ...process.env, ...options.environment },
        signal: options.signal,
        maxBuffer: OUTPUT_BYTES_MAX,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(describeFailure(command, error, stderr === '' ? stdout : stderr));
      },
    );
    // A command that ends without reading is judged by its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** The end of a text: what a person needs to see of a log. */
export function lastLines(text: string, count = LINES_SHOWN): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

function describeFailure(
  command: readonly string[],
  error: ExecFileException,
  output: string,
): Error {
  if (error.name === 'AbortError') return error;
  const how = error.code ?? error.signal ?? error.message;
  return new Error(`\`${command.join(' ')}\` failed (${how}):\n${lastLines(output)}`, {
    cause: error,
  });
}
