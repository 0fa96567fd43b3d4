// Run by hand: `node test/e2e/teardown-check.ts`. Ends runs in every way there is and compares the machine before and
// after: processes, mounts, links, routes, firewall rules, control groups, kernel settings, files. Takes some minutes, and
// wants a machine on which nobody else starts containers meanwhile.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { layOutFiles } from './cluster/layout.ts';
import { chosenBlock, layOutNetwork } from './cluster/network.ts';
import { readState } from './cluster/state.ts';
import { cacheDirectory } from './machine/binaries.ts';
import { runCommand } from './machine/command.ts';
import { readCgroupRoots } from './machine/requirements.ts';

const layout = layOutFiles(cacheDirectory(), layOutNetwork(chosenBlock()));
const RUN = join(import.meta.dirname, 'run.ts');
const SCENARIO = ['--only', 'cluster'];
const CLEAN_MS = 60_000;
const POLL_MS = 200;
/** Where the parts of a cluster write if they are not told otherwise. */
const DIRECTORIES = [
  ...['/run', '/var/run', '/var/lib', '/var/log', '/etc', '/etc/cni', '/opt', '/usr/libexec'],
  ...['/var/lib/kubelet', '/var/lib/cni', '/var/log/pods', join(homedir(), '.kube')],
  cacheDirectory(),
];
const SETTINGS = ['vm', 'kernel', 'kernel/keys', 'net/ipv4'];

/** What can be seen of a machine, by kind. */
type Trace = Readonly<Record<string, readonly string[]>>;

async function readTrace(): Promise<Trace> {
  const lines = async (...command: [string, ...string[]]): Promise<string[]> =>
    (await runCommand(command)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const rules = await lines('iptables-save');
  return {
    processes: readProcesses(),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n'),
    links: readdirSync('/sys/class/net'),
    routes: await lines('ip', '-4', 'route'),
    'firewall rules': rules.map((rule) => rule.replace(/\[\d+:\d+\]/, '')),
    'control groups': readCgroupRoots().flatMap(listGroups),
    settings: SETTINGS.flatMap(readSettings),
    files: DIRECTORIES.filter(existsSync).flatMap((directory) =>
      readdirSync(directory).map((name) => join(directory, name)),
    ),
  };
}

/** Processes that have to do with the cluster: by their words, environment or control group. */
function readProcesses(): string[] {
  const marks = [layout.root, layout.cgroup];
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    const texts = ['cmdline', 'environ', 'cgroup'].map((file) =>
      readIfThere(`/proc/${pid}/${file}`),
    );
    return texts.some((text) => marks.some((mark) => text.includes(mark)));
  });
}

function listGroups(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name));
}

function readSettings(folder: string): string[] {
  const directory = join('/proc/sys', folder);
  // These change by themselves.
  const volatile = /random|stat|ns_last_pid|stack_erasing|drop_caches|compact/;
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !volatile.test(entry.name))
    .map((entry) => `${folder}/${entry.name} = ${readIfThere(join(directory, entry.name)).trim()}`);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Ended meanwhile, or write-only.
  }
}

/** What is there now and was not, or was and is no more. */
function compare(before: Trace, after: Trace): string[] {
  return Object.keys(before).flatMap((kind) => {
    const [was, is] = [before[kind] ?? [], after[kind] ?? []];
    return [
      ...is.filter((item) => !was.includes(item)).map((item) => `${kind}: new: ${item}`),
      ...was.filter((item) => !is.includes(item)).map((item) => `${kind}: gone: ${item}`),
    ];
  });
}

/** One run of the runner. */
class Run {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  #text = '';

  constructor(words: readonly string[]) {
    // A group of its own, so that a signal can reach all of it, as Ctrl-C in a terminal does.
    this.#child = spawn(process.execPath, [RUN, ...words], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#text += chunk.toString()));
    }
  }

  async hasPrinted(text: string): Promise<void> {
    while (!this.#text.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`it never said "${text}":\n${this.#text}`);
      await delay(POLL_MS);
    }
  }

  async ends(): Promise<unknown> {
    const [code, signal] = await this.#exited;
    return code ?? signal;
  }

  interrupt(): void {
    process.kill(-this.#child.pid!, 'SIGINT');
  }

  crash(): void {
    this.#child.kill('SIGKILL');
  }

  expectEnd(is: unknown, wanted: unknown): void {
    if (is !== wanted)
      throw new Error(`ended with ${String(is)}, not ${String(wanted)}:\n${this.#text}`);
  }
}

async function runToEnd(words: readonly string[], wanted: unknown = 0): Promise<void> {
  const run = new Run(words);
  run.expectEnd(await run.ends(), wanted);
}

async function crashAt(text: string, afterMs: number): Promise<void> {
  const run = new Run(SCENARIO);
  await run.hasPrinted(text);
  await delay(afterMs);
  run.crash();
  await run.ends();
}

async function janitorIsDone(): Promise<void> {
  const deadlineMs = performance.now() + CLEAN_MS;
  while (existsSync(layout.stateFile)) {
    if (performance.now() > deadlineMs) throw new Error(`${layout.stateFile} is still there`);
    await delay(POLL_MS);
  }
}

/** The ways a run can end. */
const ENDINGS: Readonly<Record<string, () => Promise<void>>> = {
  'the run ends': async () => runToEnd(SCENARIO),
  async 'Ctrl-C during the start'() {
    const run = new Run(SCENARIO);
    await run.hasPrinted('API server ready');
    run.interrupt();
    run.expectEnd(await run.ends(), 130);
  },
  async 'Ctrl-C during a scenario'() {
    const run = new Run(SCENARIO);
    await run.hasPrinted('  scenarios');
    await delay(10_000);
    run.interrupt();
    run.expectEnd(await run.ends(), 130);
  },
  async 'kill -9 during the start'() {
    await crashAt('image builder', 1000);
    await janitorIsDone();
  },
  async 'kill -9 during a scenario'() {
    await crashAt('  scenarios', 10_000);
    await janitorIsDone();
  },
  async 'kill -9 of runner and janitor, then --down'() {
    const run = new Run(SCENARIO);
    await run.hasPrinted('node ready');
    const state = readState(layout.stateFile);
    process.kill(state!.janitor!.pid, 'SIGKILL');
    run.crash();
    await run.ends();
    await runToEnd(['--down']);
  },
  async 'kept, used again and kept, then --down'() {
    await runToEnd([...SCENARIO, '--keep']);
    await runToEnd([...SCENARIO, '--keep']);
    await runToEnd(['--down']);
  },
};

let failures = 0;
const wanted = process.argv.slice(2);
for (const [name, end] of Object.entries(ENDINGS)) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const before = await readTrace();
  const startedMs = performance.now();
  let differences: string[];
  try {
    await end();
    differences = compare(before, await readTrace());
  } catch (error) {
    differences = [String(error)];
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(`${differences.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  for (const difference of differences) console.log(`     ${difference}`);
  failures += differences.length === 0 ? 0 : 1;
}
process.exitCode = failures === 0 ? 0 : 1;
