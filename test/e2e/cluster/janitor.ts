// The runner's hold on the janitor: a pipe that the kernel closes if the runner cannot.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { readProcess } from '../machine/process-table.ts';
import type { Ledger } from './state.ts';

/** Undoes everything when the pipe to it closes. */
export class Janitor {
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown[]>;

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.#exited = once(child, 'exit');
  }

  /** Starts it in a session of its own, before there is anything to undo. */
  static start(stateFile: string, ledger?: Ledger): Janitor {
    const main = join(import.meta.dirname, 'janitor-main.ts');
    const child = spawn(process.execPath, [main, stateFile], {
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const entry = child.pid === undefined ? undefined : readProcess(child.pid);
    if (entry === undefined) throw new Error('the janitor could not be started');
    ledger?.update({ janitor: { pid: entry.pid, startTime: entry.startTime } });
    return new Janitor(child);
  }

  /** Has everything undone; false if something was left, which the janitor has named. */
  async cleanUp(): Promise<boolean> {
    return this.#end('');
  }

  /** Leaves everything up. */
  async keep(): Promise<void> {
    await this.#end('keep\n');
  }

  async #end(word: string): Promise<boolean> {
    this.#process.stdin?.end(word);
    const [code] = await this.#exited;
    return code === 0;
  }
}
