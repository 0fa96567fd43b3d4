import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../runtime/core/clock.ts';
import { colorPaint } from '../../../runtime/console/paint.ts';
import { LINES_MAX, ProgressDisplay, renderProgress } from '../../../runtime/console/progress.ts';
import type { ClusterSnapshot, TaskSnapshot } from '../../../runtime/protocol/cluster-snapshot.ts';
import {
  fakeFinishedJob,
  fakeIdleSnapshot,
  fakeJob,
  fakeSnapshot,
} from '../../support/fake-snapshot.ts';

const ESCAPE = /\u001b\[[0-9]*[A-Za-z]/g;

/** A screen that understands what the display writes: line feeds, and moving up, erasing the line and what follows. */
class Screen {
  lines: string[] = [''];
  #row = 0;
  written = '';

  write(text: string): void {
    this.written += text;
    for (const [token] of text.matchAll(/\u001b\[[0-9]*[A-Za-z]|\r|\n|[^\u001b\r\n]+/g)) {
      this.#apply(token);
    }
  }

  #apply(token: string): void {
    const up = /^\u001b\[(\d+)A$/.exec(token);
    if (up !== null) {
      this.#row -= Number(up[1]);
      expect(this.#row).toBeGreaterThanOrEqual(0);
    } else if (token === '\n') {
      this.#row++;
      if (this.#row === this.lines.length) this.lines.push('');
    } else if (token === '\u001b[J') {
      this.lines = [...this.lines.slice(0, this.#row), ''];
    } else if (!/^(\u001b\[(K|\d+m)|\r)$/.test(token)) {
      this.lines[this.#row] = token;
    }
  }
}

function withTasks(tasks: readonly TaskSnapshot[]): ClusterSnapshot {
  return { ...fakeSnapshot(), jobs: [{ ...fakeJob(), tasks }] };
}

describe('renderProgress', () => {
  it.each([1, 10, 24, 40, 60, 80, 100, 200])('fits %d columns (I1)', (columns) => {
    for (const snapshot of [fakeSnapshot(), fakeIdleSnapshot()]) {
      for (const line of renderProgress(snapshot, columns)) {
        expect(line.length).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('shows each task with its rates, shares, watermark and bar', () => {
    const [head, heading, source, window] = renderProgress(fakeSnapshot(), 110);
    expect(head).toBe('monitoring RUNNING 1m 35s, 198k records/s, 18,786,496 read');
    expect(heading?.trim().split(/\s+/)).toEqual([
      'task',
      'in/s',
      'out/s',
      'busy',
      'bp',
      'watermark',
    ]);
    expect(source).toMatch(
      /^ {2}generator: requests .*×1 +– +198k +43% +52% +09:01:33\.8Z █{4}▒{5}·$/,
    );
    expect(window).toMatch(/×4 +198k +840 +89% +0% +09:01:33\.7Z █{9}·$/);
  });

  it('gives up the bar, then the watermark, before the name', () => {
    const lineOf = (columns: number): string => renderProgress(fakeSnapshot(), columns)[3]!;
    expect(lineOf(80)).toContain('█');
    expect(lineOf(70)).not.toContain('█');
    expect(lineOf(70)).toContain('09:01:33');
    expect(lineOf(52)).not.toContain('09:01:33');
    expect(lineOf(52)).toContain('window: error');
  });

  it('takes no more room in colour than without', () => {
    const plain = renderProgress(fakeSnapshot(), 90);
    const painted = renderProgress(fakeSnapshot(), 90, colorPaint);
    expect(painted).not.toEqual(plain);
    expect(painted.map((line) => line.replaceAll(ESCAPE, ''))).toEqual(plain);
  });

  it('stops at a number of lines and says how many are left out (I2)', () => {
    const [task] = fakeJob().tasks;
    const lines = renderProgress(withTasks(Array.from({ length: 40 }, () => task!)), 80);
    expect(lines).toHaveLength(LINES_MAX);
    expect(lines.at(-1)).toBe(`  … and ${42 - LINES_MAX + 1} more lines`);
  });

  it('lets no name move the cursor', () => {
    const [task] = fakeJob().tasks;
    const lines = renderProgress(withTasks([{ ...task!, name: 'a\u001b[2Jb\nc' }]), 80);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^ {2}a \[2Jb c /);
  });

  it('shows the newest job when none is active, and what is free when there is none', () => {
    const ended = { ...fakeSnapshot(), jobs: [fakeSnapshot().jobs[1]!, fakeFinishedJob()] };
    expect(renderProgress(ended, 80)[0]).toBe('monitoring FINISHED 1m 35s, 18,786,496 read');
    expect(renderProgress(fakeIdleSnapshot(), 80)).toEqual([
      'Waiting for a job; workers: 2, free slots: 6',
    ]);
  });
});

describe('on a terminal', () => {
  function open(useColor = false): {
    screen: Screen;
    clock: ManualClock;
    display: ProgressDisplay;
  } {
    const screen = new Screen();
    const clock = new ManualClock(1_000);
    const stream = { write: (text: string) => screen.write(text) };
    const options = { stream, clock, isTerminal: true, columns: () => 90, useColor };
    return { screen, clock, display: new ProgressDisplay(options) };
  }

  it('rewrites the lines in place, and clears those that are no more', () => {
    const { screen, clock, display } = open();
    display.update(fakeSnapshot());
    expect(screen.lines).toEqual([...renderProgress(fakeSnapshot(), 90), '']);
    clock.advance(1_000);
    display.update(fakeSnapshot(99_000));
    expect(screen.lines).toEqual([...renderProgress(fakeSnapshot(99_000), 90), '']);
    clock.advance(1_000);
    display.update(fakeIdleSnapshot());
    expect(screen.lines).toEqual([...renderProgress(fakeIdleSnapshot(), 90), '']);
  });

  it('skips what comes too soon, but never the change of a status, nor the last', () => {
    const { screen, display } = open();
    display.update(fakeSnapshot(1_000));
    display.update(fakeSnapshot(2_000));
    expect(screen.lines).toEqual([...renderProgress(fakeSnapshot(1_000), 90), '']);
    const ended = { ...fakeSnapshot(), jobs: [fakeFinishedJob()] };
    display.update(ended);
    expect(screen.lines[0]).toContain('FINISHED');
    display.update({ ...ended, jobs: [fakeFinishedJob(96_000)] });
    display.finish();
    expect(screen.lines[0]).toContain('1m 36s');
  });

  it('prints above itself and stays below', () => {
    const { screen, display } = open();
    display.update(fakeSnapshot());
    display.print('a warning');
    expect(screen.lines).toEqual(['a warning', ...renderProgress(fakeSnapshot(), 90), '']);
  });

  it('leaves what is written after the end alone', () => {
    const { screen, clock, display } = open();
    display.update(fakeSnapshot());
    display.finish();
    screen.write('the summary\n');
    clock.advance(1_000);
    display.update(fakeIdleSnapshot());
    expect(screen.lines.slice(-3)).toEqual([
      'the summary',
      ...renderProgress(fakeIdleSnapshot(), 90),
      '',
    ]);
  });

  it('uses colour only when asked', () => {
    const colour = /\u001b\[\d+m/;
    for (const useColor of [true, false]) {
      const { screen, display } = open(useColor);
      display.update(fakeSnapshot());
      expect(colour.test(screen.written)).toBe(useColor);
    }
  });
});

describe('elsewhere', () => {
  it('writes a plain line every two seconds, and at once when a status changes', () => {
    const clock = new ManualClock();
    let written = '';
    const display = new ProgressDisplay({
      stream: { write: (text) => (written += text) },
      clock,
      isTerminal: false,
      columns: 20,
    });
    for (let second = 0; second < 5; second++) {
      display.update(fakeSnapshot(95_000 + second * 1_000));
      clock.advance(1_000);
    }
    display.update({ ...fakeSnapshot(), jobs: [fakeFinishedJob()] });
    display.print('done');
    display.finish();
    expect(written.split('\n')).toEqual([
      'monitoring RUNNING 1m 35s, 198k records/s, 18,786,496 read, busiest: window: error rate by host 89%',
      'monitoring RUNNING 1m 37s, 198k records/s, 19,183,296 read, busiest: window: error rate by host 89%',
      'monitoring RUNNING 1m 39s, 198k records/s, 19,580,096 read, busiest: window: error rate by host 89%',
      'monitoring FINISHED 1m 35s, 18,786,496 read',
      'done',
      '',
    ]);
  });
});
