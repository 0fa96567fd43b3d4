// The program in a process of its own, started as the language host of Pulumi starts it: the SDK's entry point, found from
// the program's folder, with the addresses of the engine.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

export interface ProgramOptions {
  readonly directory: string;
  readonly project: string;
  readonly stack: string;
  /** Of the monitor. */
  readonly address: string;
  readonly isPreview: boolean;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Besides PATH and HOME, all that the program gets from outside. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** A line that the program printed. */
  readonly print: (line: string) => void;
}

/** Registrations that the SDK has under way at a time, the default of the CLI for local updates on a small machine. */
const PARALLEL = 16;

/** One run of a program. */
export class ProgramProcess {
  readonly #child: ChildProcess;
  /** The exit code, or -1 for a program that was ended from outside. */
  readonly ended: Promise<number>;

  constructor(options: ProgramOptions) {
    const { directory, project, stack, address, isPreview } = options;
    const entry = createRequire(join(directory, 'package.json')).resolve('@pulumi/pulumi/cmd/run');
    // The command line of pulumi-language-nodejs (constructArguments in its main.go).
    const parameters = Object.entries({
      '--monitor': address,
      '--engine': address,
      '--project': project,
      '--stack': stack,
      '--pwd': directory,
      '--parallel': String(PARALLEL),
    }).flat();
    const dryRun = isPreview ? ['--dry-run'] : [];
    this.#child = spawn(process.execPath, [entry, ...parameters, ...dryRun, '.'], {
      cwd: directory,
      env: environmentOf(options),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface(stream).on('line', (line) => {
        if (line !== '') options.print(line);
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code) => resolve(code ?? -1));
    });
  }

  /** Ends it at once; `ended` still resolves. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function environmentOf(options: ProgramOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    ...options.environment,
    PULUMI_CONFIG: JSON.stringify(options.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretKeys),
    PULUMI_NODEJS_TYPESCRIPT: 'false',
  };
}
