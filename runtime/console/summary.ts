// The last lines about a job: how it ended, what passed through it, and each task's share.

import { ERROR_KINDS } from '../core/errors.ts';
import { formatSize } from '../core/quantity.ts';
import type { JobSnapshot } from '../protocol/cluster-snapshot.ts';
import { fit, formatCount, formatElapsed, formatPerMille, toPlainText } from './format.ts';
import { summarizeFlow, summarizeTask, sumCounters } from './task-figures.ts';

/** The names of long chains are cut: the figures stand beside them. */
const NAME_LENGTH_MAX = 60;

/** Aligned lines without colour: fit for a screen, a file and a log. */
export function renderSummary(job: JobSnapshot): string[] {
  return [
    describeEnd(job),
    ...describeFailure(job),
    '',
    ...alignTable(listFigures(job)),
    '',
    ...alignTable(listTasks(job)),
  ];
}

function describeEnd(job: JobSnapshot): string {
  const name = toPlainText(job.name);
  if (job.endedMs === undefined) return `Job ${name} is ${job.status} (${job.id})`;
  const elapsed = formatElapsed(job.endedMs - job.startedMs);
  return `Job ${name} ${job.status} after ${elapsed} (${job.id})`;
}

/** A user's mistake needs no stack; anything else is reported with one. */
function describeFailure({ failures }: JobSnapshot): string[] {
  const [newest] = failures;
  if (newest === undefined) return [];
  const { error, taskName } = newest;
  const facts = Object.entries({
    ...(taskName !== undefined && { task: taskName }),
    ...error.details,
  });
  const stack = ERROR_KINDS[error.code].domain === 'user' ? [] : (error.stack?.split('\n') ?? []);
  return [
    `  ${error.code}: ${toPlainText(error.message)}`,
    ...facts.map(([name, value]) => `    ${name}: ${toPlainText(value)}`),
    ...stack.map((line) => `    ${toPlainText(line)}`),
  ];
}

function listFigures(job: JobSnapshot): [name: string, value: string][] {
  const flow = summarizeFlow(job);
  const runningMs =
    job.endedMs === undefined ? 0 : job.endedMs - (job.timestampsMs.RUNNING ?? job.startedMs);
  const throughput = (flow.recordsRead / runningMs) * 1000;
  return [
    ['Records read', formatCount(flow.recordsRead)],
    ['Records written', formatCount(flow.recordsWritten)],
    ...(runningMs > 0
      ? [['Throughput (records/s)', formatCount(throughput)] satisfies [string, string]]
      : []),
    ...sumCounters(job).map(([name, count]): [string, string] => [
      toPlainText(name),
      formatCount(count),
    ]),
  ];
}

function listTasks(job: JobSnapshot): string[][] {
  const rows = job.tasks.map((task) => {
    const figures = summarizeTask(task);
    const name = toPlainText(task.name);
    return [
      fit(name, Math.min(name.length, NAME_LENGTH_MAX)),
      String(task.parallelism),
      formatCount(figures.recordsIn),
      formatCount(figures.recordsOut),
      formatSize(figures.bytesIn),
      formatSize(figures.bytesOut),
      formatPerMille(figures.busyOfTotal),
    ];
  });
  return [
    ['Task', 'Parallelism', 'Records in', 'Records out', 'Bytes in', 'Bytes out', 'Busy'],
    ...rows,
  ];
}

/** Names to the left, figures to the right; each column as wide as its widest text. */
function alignTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => {
    const texts = row.map((text, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? text.padEnd(width) : text.padStart(width);
    });
    return `  ${texts.join('  ').trimEnd()}`;
  });
}
