// What a terminal shows while jobs run: on a screen a few lines rewritten in place, elsewhere a line every few seconds.
//   I1. No line is longer than the screen is wide, or rewriting in place would leave remains.
//   I2. No more than `LINES_MAX` lines, or their beginning would scroll away.

import type { Clock } from '../core/clock.ts';
import type { ClusterSnapshot, JobSnapshot, TaskSnapshot } from '../protocol/cluster-snapshot.ts';
import {
  fit,
  formatCount,
  formatElapsed,
  formatPerMille,
  formatRate,
  formatWatermark,
  toPlainText,
} from './format.ts';
import { colorPaint, plainPaint } from './paint.ts';
import type { Paint } from './paint.ts';
import { isActive, sumCounters, summarizeFlow, summarizeTask } from './task-figures.ts';
import type { TaskFigures } from './task-figures.ts';

/** The most lines that are rewritten in place. */
export const LINES_MAX = 20;
const REDRAW_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 2_000;
const BAR_CELLS = 10;
const NAME_WIDTH_MIN = 24;

/** Where the lines go; `process.stderr` is one. */
export interface TextStream {
  write(text: string): unknown;
}

export interface ProgressDisplayOptions {
  readonly stream: TextStream;
  /** Whether the stream can be rewritten. */
  readonly isTerminal: boolean;
  readonly clock: Clock;
  /** The width of the screen; a function where it can change. */
  readonly columns: number | (() => number);
  /** False for NO_COLOR. @default isTerminal */
  readonly useColor?: boolean;
}

/** Draws snapshots as they come; `update` may be called as often as one likes. */
export class ProgressDisplay {
  readonly #stream: TextStream;
  readonly #isTerminal: boolean;
  readonly #clock: Clock;
  readonly #columns: () => number;
  readonly #paint: Paint;
  #drawnLines = 0;
  #drawnAtMs = -Infinity;
  #latest: ClusterSnapshot | undefined;
  #statuses = '';

  constructor({ stream, isTerminal, clock, columns, useColor }: ProgressDisplayOptions) {
    this.#stream = stream;
    this.#isTerminal = isTerminal;
    this.#clock = clock;
    this.#columns = typeof columns === 'number' ? () => columns : columns;
    this.#paint = (useColor ?? isTerminal) ? colorPaint : plainPaint;
  }

  /** Shows this snapshot, unless the last one has only just been shown. A change of a job's status is shown at once. */
  update(snapshot: ClusterSnapshot): void {
    this.#latest = snapshot;
    const statuses = snapshot.jobs.map(({ id, status }) => `${id} ${status}`).join();
    const intervalMs = this.#isTerminal ? REDRAW_INTERVAL_MS : PLAIN_INTERVAL_MS;
    const isSoon = this.#clock.monotonicMs() - this.#drawnAtMs < intervalMs;
    if (isSoon && statuses === this.#statuses) return;
    this.#statuses = statuses;
    this.#draw(snapshot);
  }

  /** Writes whole lines above the display, which then continues below them. */
  print(text: string): void {
    this.#stream.write(`${this.#erase()}${text.endsWith('\n') ? text : `${text}\n`}`);
    if (this.#isTerminal && this.#latest !== undefined) this.#draw(this.#latest);
  }

  /** Shows the last snapshot for good; what is written next comes below. */
  finish(): void {
    if (this.#isTerminal && this.#latest !== undefined) this.#draw(this.#latest);
    this.#latest = undefined;
    this.#drawnLines = 0;
  }

  #draw(snapshot: ClusterSnapshot): void {
    this.#drawnAtMs = this.#clock.monotonicMs();
    if (!this.#isTerminal) {
      this.#stream.write(
        renderPlain(snapshot, this.#paint)
          .map((line) => `${line}\n`)
          .join(''),
      );
      return;
    }
    const lines = renderProgress(snapshot, this.#columns(), this.#paint);
    const moveUp = this.#drawnLines === 0 ? '' : `\u001b[${this.#drawnLines}A\r`;
    // Each line clears its own rest, so that nothing flickers; what is left below is cleared last.
    this.#stream.write(`${moveUp}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    this.#drawnLines = lines.length;
  }

  #erase(): string {
    if (this.#drawnLines === 0) return '';
    const up = this.#drawnLines;
    this.#drawnLines = 0;
    return `\u001b[${up}A\r\u001b[J`;
  }
}

/** The lines for a screen of this width: of the jobs that are active, or of the newest when none is. */
export function renderProgress(
  snapshot: ClusterSnapshot,
  columns: number,
  paint: Paint = plainPaint,
): string[] {
  const shown = chooseJobs(snapshot);
  if (shown.length === 0) return [fit(describeWaiting(snapshot), columns).trimEnd()];
  const lines = shown.flatMap((job) => renderJob(job, { nowMs: snapshot.nowMs, columns, paint }));
  if (lines.length <= LINES_MAX) return lines;
  const hidden = lines.length - LINES_MAX + 1;
  const more = fit(`  … and ${hidden} more lines`, columns).trimEnd();
  return [...lines.slice(0, LINES_MAX - 1), paint.faint(more)]; // I2
}

/** A line a job, for a file or a log. */
function renderPlain(snapshot: ClusterSnapshot, paint: Paint): string[] {
  const shown = chooseJobs(snapshot);
  if (shown.length === 0) return [describeWaiting(snapshot)];
  return shown.map((job) => {
    const busiest = job.tasks
      .map((task) => [toPlainText(task.name), summarizeTask(task).busy] as const)
      .reduce((most, next) => (next[1] > most[1] ? next : most), ['', 0]);
    const parts = [describeJob(job, snapshot.nowMs, paint)];
    if (busiest[1] > 0) parts.push(`busiest: ${busiest[0]} ${formatPerMille(busiest[1])}`);
    return parts.join(', ');
  });
}

function chooseJobs({ jobs }: ClusterSnapshot): readonly JobSnapshot[] {
  const active = jobs.filter(isActive);
  if (active.length > 0) return active;
  return jobs.toSorted((left, right) => right.startedMs - left.startedMs).slice(0, 1);
}

function describeWaiting({ workers }: ClusterSnapshot): string {
  const free = workers.reduce((sum, worker) => sum + worker.freeSlots, 0);
  return `Waiting for a job; workers: ${workers.length}, free slots: ${free}`;
}

function describeJob(job: JobSnapshot, nowMs: number, paint: Paint): string {
  const flow = summarizeFlow(job);
  const elapsed = formatElapsed((job.endedMs ?? nowMs) - job.startedMs);
  const rate = isActive(job) ? `, ${formatRate(flow.readPerSecond)} records/s` : '';
  const status = job.status === 'FAILED' ? paint.bad(job.status) : paint.good(job.status);
  const read =
    flow.recordsRead === 0 ? describePreparation(job) : `${formatCount(flow.recordsRead)} read`;
  return `${paint.strong(toPlainText(job.name))} ${status} ${elapsed}${rate}, ${read}`;
}

/** Before its first record a source may have much to do; its counters tell how far it is. */
function describePreparation(job: JobSnapshot): string {
  const counters = sumCounters(job).map(
    ([name, count]) => `${toPlainText(name)} ${formatCount(count)}`,
  );
  return ['0 read', ...counters].join(', ');
}

interface Screen {
  readonly nowMs: number;
  readonly columns: number;
  readonly paint: Paint;
}

function renderJob(job: JobSnapshot, screen: Screen): string[] {
  const { columns, paint, nowMs } = screen;
  const plain = describeJob(job, nowMs, plainPaint);
  // Colours take no room on the screen, but cutting must not split one.
  const head = plain.length <= columns ? describeJob(job, nowMs, paint) : fit(plain, columns); // I1
  const cells = chooseCells(columns);
  const used = cells.reduce((sum, cell) => sum + cell.width + 1, 0);
  const nameWidth = Math.max(columns - used, 1);
  const heading = cells.map((cell) => fit(cell.heading, cell.width, 'right')).join(' ');
  const lines = job.tasks.map((task) => renderTask(task, { cells, nameWidth, screen }));
  const title = fit(`${fit('  task', nameWidth)} ${heading}`, columns).trimEnd();
  return [head, paint.faint(title), ...lines];
}

interface Cell {
  readonly heading: string;
  readonly width: number;
  readonly render: (figures: TaskFigures, nowMs: number) => string;
}

/** From the one that is missed most to the one that is missed least. */
const CELLS: readonly Cell[] = [
  { heading: 'in/s', width: 6, render: ({ inPerSecond }) => rateOrDash(inPerSecond) },
  { heading: 'out/s', width: 6, render: ({ outPerSecond }) => rateOrDash(outPerSecond) },
  { heading: 'busy', width: 5, render: ({ busy }) => formatPerMille(busy) },
  { heading: 'bp', width: 5, render: (figures) => formatPerMille(figures.backpressured) },
  {
    heading: 'watermark',
    width: 17,
    render: ({ watermarkMs }, nowMs) => formatWatermark(watermarkMs, nowMs),
  },
  { heading: '', width: BAR_CELLS, render: renderBar },
];

/** As many cells as leave room for a name. */
function chooseCells(columns: number): readonly Cell[] {
  let room = columns - NAME_WIDTH_MIN;
  const count = CELLS.findIndex((cell) => (room -= cell.width + 1) < 0);
  return count === -1 ? CELLS : CELLS.slice(0, count);
}

function renderTask(
  task: TaskSnapshot,
  layout: { readonly cells: readonly Cell[]; readonly nameWidth: number; readonly screen: Screen },
): string {
  const { cells, nameWidth, screen } = layout;
  const figures = summarizeTask(task);
  const parallelism = ` ×${task.parallelism}`;
  const name = `  ${toPlainText(task.name)}`;
  const room = nameWidth - parallelism.length;
  const label = room < 3 ? fit(name, nameWidth) : fit(name, room) + parallelism;
  const texts = cells.map((cell) => {
    const text = fit(cell.render(figures, screen.nowMs), cell.width, 'right');
    return cell.render === renderBar ? paintBar(text, screen.paint) : text;
  });
  return [label, ...texts].join(' ');
}

/** Busy, then backpressured, then idle; blank when nothing runs. */
function renderBar({ busy, backpressured, running }: TaskFigures): string {
  if (running === 0) return '';
  const busyCells = Math.round((busy / 1000) * BAR_CELLS);
  const backpressuredCells = Math.min(
    Math.round((backpressured / 1000) * BAR_CELLS),
    BAR_CELLS - busyCells,
  );
  const idleCells = BAR_CELLS - busyCells - backpressuredCells;
  return '█'.repeat(busyCells) + '▒'.repeat(backpressuredCells) + '·'.repeat(idleCells);
}

function paintBar(bar: string, paint: Paint): string {
  return bar
    .replace(/█+/, (cells) => paint.busy(cells))
    .replace(/▒+/, (cells) => paint.faint(cells))
    .replace(/·+/, (cells) => paint.idle(cells));
}

function rateOrDash(perSecond: number): string {
  return perSecond === 0 ? '–' : formatRate(perSecond);
}
