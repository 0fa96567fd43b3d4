// One task up close: its operators, what it reads, its subtasks one by one, and its counters. Escape closes it.

import { useEffect, useRef } from 'preact/hooks';
import { html } from 'htm/preact';
import type { VNode } from 'preact';

import { loadOf, summarizeTask } from './figures.ts';
import type { Job, Subtask, Task, TaskFigures } from './figures.ts';
import { formatBytes, formatCount, formatRate, formatWatermark } from './format.ts';
import { showFigure, showLoad, showStatus } from './parts.ts';
import { linkTo } from './route.ts';

interface TaskDrawerProps {
  readonly job: Job;
  readonly task: Task;
  readonly nowMs: number;
}

/** Takes the focus when it opens, and leaves it to the browser when it closes. */
export function TaskDrawer({ job, task, nowMs }: TaskDrawerProps): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const closed = linkTo({ kind: 'job', jobId: job.id, taskId: undefined });
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    const closeOnEscape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') location.hash = closed;
    };
    addEventListener('keydown', closeOnEscape);
    return () => removeEventListener('keydown', closeOnEscape);
  }, [closed]);

  const figures = summarizeTask(task);
  return html`
    <aside class="drawer" aria-labelledby="task">
      <header>
        <div>
          <h2 id="task" ref=${heading} tabindex="-1">${task.name}</h2>
          <p class="subtle">
            ${showStatus(figures.status)} parallelism ${task.parallelism} of at most
            ${' '}${task.maxParallelism} · slot group ${task.slotSharingGroup}
          </p>
        </div>
        <a class="button close" href=${closed} aria-label="Close">✕</a>
      </header>
      ${showTotals(figures, nowMs)}
      <h3 id="subtasks">Subtasks</h3>
      ${showSubtasks(task, nowMs)} ${showCounters(figures, task)} ${showOperators(task)}
      ${showInputs(job, task)}
    </aside>
  `;
}

function showTotals(figures: TaskFigures, nowMs: number): VNode {
  return html`<dl class="figures figures-small">
    ${showFigure('In', formatRate(figures.inPerSecond), `${formatCount(figures.recordsIn)} records`)}
    ${showFigure(
      'Out',
      formatRate(figures.outPerSecond),
      `${formatCount(figures.recordsOut)} records`,
    )}
    ${showFigure('Watermark', formatWatermark(figures.watermarkMs, nowMs), 'the lowest subtask')}
  </dl>`;
}

function showSubtasks(task: Task, nowMs: number): VNode {
  return html`
    <div class="table-frame" tabindex="0" role="region" aria-labelledby="subtasks">
      <table class="dense">
        <thead>
          <tr>
            <th scope="col" class="number">#</th>
            <th scope="col">Status</th>
            <th scope="col">Load</th>
            <th scope="col" class="number">In</th>
            <th scope="col" class="number">Out</th>
            <th scope="col" class="number">Watermark</th>
            <th scope="col">Worker, slot</th>
          </tr>
        </thead>
        <tbody>
          ${task.subtasks.map((subtask) => showSubtask(subtask, nowMs))}
        </tbody>
      </table>
    </div>
  `;
}

function showSubtask(subtask: Subtask, nowMs: number): VNode {
  const { metrics } = subtask;
  const rate = (perSecond: number): string =>
    subtask.status === 'RUNNING' ? formatRate(perSecond) : '–';
  return html`
    <tr key=${subtask.index}>
      <th scope="row" class="number">${subtask.index}</th>
      <td>${showStatus(subtask.status)}</td>
      <td class="load-cell">${showLoad(loadOf(subtask))}</td>
      ${showFlow(rate(metrics.recordsInPerSecond), metrics.recordsIn, metrics.bytesIn)}
      ${showFlow(rate(metrics.recordsOutPerSecond), metrics.recordsOut, metrics.bytesOut)}
      <td class="number">${formatWatermark(metrics.watermarkMs, nowMs)}</td>
      <td class="mono">${subtask.workerId}<small>slot ${subtask.slot}</small></td>
    </tr>
  `;
}

/** The rate now, and below it what has passed since the start. */
function showFlow(rate: string, records: number, bytes: number): VNode {
  return html`<td class="number">
    ${rate}<small>${formatCount(records)}</small><small>${formatBytes(bytes)}</small>
  </td>`;
}

/** More parts than this are not read one by one. */
const COUNTER_PARTS_MAX = 16;

/** The total, and what each subtask counted, in the order of the table above. */
function showCounters({ counters }: TaskFigures, { subtasks }: Task): VNode | undefined {
  if (counters.length === 0) return undefined;
  const isSplit = subtasks.length > 1 && subtasks.length <= COUNTER_PARTS_MAX;
  const parts = (name: string): string =>
    subtasks.map(({ metrics }) => formatCount(metrics.counters[name] ?? 0)).join(' + ');
  return html`
    <h3>Counters</h3>
    <dl class="facts">
      ${counters.map(
        ([name, count]) =>
          html`<div key=${name}>
            <dt class="mono">${name}</dt>
            <dd>
              ${isSplit && html`<small>${parts(name)} = </small>`}<b>${formatCount(count)}</b>
            </dd>
          </div>`,
      )}
    </dl>
  `;
}

function showOperators({ operators }: Task): VNode {
  return html`
    <h3>Operators</h3>
    <ol class="operators">
      ${operators.map(
        ({ uid, name, kind }) => html`
          <li key=${uid}>
            <span>${name}</span><small>${kind} · uid <span class="mono">${uid}</span></small>
          </li>
        `,
      )}
    </ol>
  `;
}

function showInputs(job: Job, { inputs }: Task): VNode | undefined {
  if (inputs.length === 0) return undefined;
  return html`
    <h3>Reads from</h3>
    <ul class="operators">
      ${inputs.map((input, place) => {
        const from = job.tasks.find(({ id }) => id === input.from);
        return html`
          <li key=${place}>
            <span>
              <a href=${linkTo({ kind: 'job', jobId: job.id, taskId: input.from })}
                >${from?.name ?? input.from}</a
              >
              ${' '}by ${input.shipStrategy}
            </span>
            <small class="mono">${input.recordType}</small>
          </li>
        `;
      })}
    </ul>
  `;
}
