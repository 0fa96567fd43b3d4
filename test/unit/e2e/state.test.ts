// What a start does about the run before it, and which processes a teardown ends: cluster/state.ts, cluster/teardown.ts
// and machine/process-table.ts.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  decideStart,
  findEarlierRun,
  Ledger,
  readState,
  type EarlierRun,
  type RunState,
} from '../../e2e/cluster/state.ts';
import { processesToKill } from '../../e2e/cluster/teardown.ts';
import {
  isRunning,
  parseStat,
  readBootId,
  readProcess,
  type ProcessEntry,
} from '../../e2e/machine/process-table.ts';

const STATE: RunState = {
  version: 1,
  bootId: 'boot',
  runner: { pid: 10, startTime: 1 },
  isKept: false,
  root: '/cache/cluster-203',
  link: 'millrace203',
  cgroup: 'millrace-e2e-203',
  mountPoints: [],
  settings: {},
  processes: [],
};
const GONE: EarlierRun = {
  state: STATE,
  isRunnerRunning: false,
  isJanitorRunning: false,
  areProcessesRunning: false,
};
const KEPT: RunState = { ...STATE, isKept: true };

describe('a start', () => {
  it.each<[string, EarlierRun, string]>([
    ['begins afresh where nothing is', { ...GONE, state: undefined }, 'fresh'],
    ['removes what a crash left', GONE, 'clean-up'],
    ['removes what runs on without anybody', { ...GONE, areProcessesRunning: true }, 'clean-up'],
    ['uses a cluster that was kept', { ...GONE, state: KEPT, areProcessesRunning: true }, 'reuse'],
    ['removes a kept cluster that died', { ...GONE, state: KEPT }, 'clean-up'],
    ['leaves a run that goes on alone', { ...GONE, isRunnerRunning: true }, 'refuse'],
    ['leaves a janitor that works alone', { ...GONE, isJanitorRunning: true }, 'refuse'],
  ])('%s', (_, earlier, kind) => {
    expect(decideStart(earlier).kind).toBe(kind);
  });

  it('takes nobody for a process of another boot', () => {
    withStateFile((file) => {
      const me = readProcess(process.pid)!;
      Ledger.create(file, { ...STATE, runner: me });
      expect(findEarlierRun(file).isRunnerRunning).toBe(false);
      Ledger.adopt(file, { ...STATE, runner: me, bootId: readBootId() });
      expect(findEarlierRun(file).isRunnerRunning).toBe(true);
    });
  });

  it('takes the place of no other', () => {
    withStateFile((file) => {
      const ledger = Ledger.create(file, STATE);
      expect(() => Ledger.create(file, STATE)).toThrow('EEXIST');
      ledger.update({ mountPoints: ['/mnt/a'] });
      expect(readState(file)).toStrictEqual({ ...STATE, mountPoints: ['/mnt/a'] });
    });
  });
});

describe('a teardown', () => {
  const recorded = [{ name: 'node', pid: 100, startTime: 1000 }];
  const entry = (pid: number, groupId: number, parentPid: number, startTime = 1001) =>
    ({ pid, groupId, parentPid, startTime }) satisfies ProcessEntry;
  const leader = entry(100, 100, 1, 1000);

  it.each<[string, ProcessEntry[], number[]]>([
    [
      'ends a process and its group',
      [leader, entry(101, 100, 100), entry(102, 100, 101)],
      [100, 101, 102],
    ],
    ['ends what it started outside of its group', [leader, entry(103, 103, 100)], [100, 103]],
    ['ends a group whose leader has ended', [entry(101, 100, 1)], [101]],
    ['leaves others alone', [leader, entry(7, 7, 1), entry(8, 7, 7)], [100]],
    ['leaves a later process with the same pid alone', [entry(100, 100, 1, 2000)], []],
    ['leaves its group alone too', [entry(100, 100, 1, 2000), entry(101, 100, 100, 2001)], []],
    ['leaves an earlier process of a group alone', [entry(101, 100, 1, 900)], []],
  ])('%s', (_, table, pids) => {
    expect(processesToKill(recorded, table).map(({ pid }) => pid)).toStrictEqual(pids);
  });
});

describe('the process table', () => {
  const rest = '0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 4711 100 1';

  it('reads a name with anything in it', () => {
    expect(parseStat(`42 (a) b) S 1 40 40 ${rest}`)).toStrictEqual({
      pid: 42,
      parentPid: 1,
      groupId: 40,
      startTime: 4711,
    });
  });

  it('does not list what only waits to be reaped', () => {
    expect(parseStat(`42 (node) Z 1 40 40 ${rest}`)).toBeUndefined();
  });

  it('knows a process by its start', () => {
    const me = readProcess(process.pid)!;
    expect(isRunning(me)).toBe(true);
    expect(isRunning({ ...me, startTime: me.startTime + 1 })).toBe(false);
  });
});

function withStateFile(test: (file: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-state-'));
  try {
    test(join(directory, 'state.json'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
