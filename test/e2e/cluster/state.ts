// The state file: all that a run changes on the machine, written down before it is changed, so that one janitor can undo
// it after any end. It also says who uses the cluster now.
//   I1. What is recorded may not be there yet or any more; what is there is recorded.
//   I2. The file is replaced as a whole: a reader never sees half of it.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

import { isRunning, readBootId, type ProcessIdentity } from '../machine/process-table.ts';

/** A process that leads a group of its own; what it started belongs to the group, or to namespaces that end with it. */
export interface StartedProcess extends ProcessIdentity {
  readonly name: string;
}

/** Everything that has to be undone. */
export interface RunState {
  readonly version: 1;
  /** The boot that the processes and settings belong to. */
  readonly bootId: string;
  readonly runner: ProcessIdentity;
  /** Not there before the janitor is. */
  readonly janitor?: ProcessIdentity | undefined;
  /** The runner ended and left everything up on purpose. */
  readonly isKept: boolean;
  /** The working directory. */
  readonly root: string;
  readonly link: string;
  readonly cgroup: string;
  /** Directories of the host that were made to mount on. */
  readonly mountPoints: readonly string[];
  /** Settings of the kernel by path, as they were. */
  readonly settings: Readonly<Record<string, string>>;
  readonly processes: readonly StartedProcess[];
}

/** Keeps the state file of this run in step. */
export class Ledger {
  readonly #file: string;
  #state: RunState;

  private constructor(file: string, state: RunState) {
    this.#file = file;
    this.#state = state;
  }

  /** Takes the machine's place for a cluster; fails if somebody else just did. */
  static create(file: string, state: RunState): Ledger {
    writeFileSync(file, toText(state), { flag: 'wx' });
    return new Ledger(file, state);
  }

  /** Goes on with the state of a cluster that was kept. */
  static adopt(file: string, state: RunState): Ledger {
    const ledger = new Ledger(file, state);
    ledger.update({});
    return ledger;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Records a change before it is made. */
  update(change: Partial<RunState>): void {
    this.#state = { ...this.#state, ...change };
    writeFileSync(`${this.#file}.new`, toText(this.#state));
    renameSync(`${this.#file}.new`, this.#file); // I2
  }
}

/** The state of the machine's cluster, or undefined if there is none. */
export function readState(file: string): RunState | undefined {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as RunState;
}

/** The last step of a teardown. */
export function removeState(file: string): void {
  rmSync(`${file}.new`, { force: true });
  rmSync(file, { force: true });
}

/** What a start found of the run before it. */
export interface EarlierRun {
  readonly state: RunState | undefined;
  readonly isRunnerRunning: boolean;
  readonly isJanitorRunning: boolean;
  readonly areProcessesRunning: boolean;
}

/** What to do about it. */
export type StartDecision =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'reuse'; readonly state: RunState }
  | { readonly kind: 'clean-up'; readonly state: RunState }
  | { readonly kind: 'refuse'; readonly reason: string };

/** Same findings, same decision. */
export function decideStart(earlier: EarlierRun): StartDecision {
  const { state } = earlier;
  if (state === undefined) return { kind: 'fresh' };
  if (earlier.isRunnerRunning) {
    return {
      kind: 'refuse',
      reason: `another run (process ${state.runner.pid}) uses the cluster: wait for it, or stop it with Ctrl-C`,
    };
  }
  if (earlier.isJanitorRunning) {
    return { kind: 'refuse', reason: 'a run before this one is still cleaning up: try again' };
  }
  if (state.isKept && earlier.areProcessesRunning) return { kind: 'reuse', state };
  return { kind: 'clean-up', state };
}

/** Looks at the run before this one. */
export function findEarlierRun(file: string): EarlierRun {
  const state = readState(file);
  const runs = (one: ProcessIdentity | undefined): boolean =>
    one !== undefined && state?.bootId === readBootId() && isRunning(one);
  return {
    state,
    isRunnerRunning: runs(state?.runner),
    isJanitorRunning: runs(state?.janitor),
    areProcessesRunning: state !== undefined && state.processes.every(runs),
  };
}

const toText = (state: RunState): string => `${JSON.stringify(state, undefined, 2)}\n`;
