// One job: how it stands, its graph, its tasks as a table, why it failed, and with what parameters it was started.

import { html } from 'htm/preact';
import type { VNode } from 'preact';

import { CancelButton } from './cancel-button.ts';
import { showFailures } from './failure-list.ts';
import { isActive, jobDurationMs, summarizeJob, summarizeTask } from './figures.ts';
import type { Job, Task } from './figures.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMoment,
  formatRate,
  formatWatermark,
} from './format.ts';
import { GraphView } from './graph-view.ts';
import type { RateHistory } from './history.ts';
import { showFigure, showLoad, showRates, showStatus } from './parts.ts';
import { linkTo } from './route.ts';
import { TaskDrawer } from './task-drawer.ts';
import type { SnapshotResponse } from '../server/schema.ts';

interface JobViewProps {
  readonly snapshot: SnapshotResponse;
  readonly history: RateHistory;
  readonly jobId: string;
  /** The task whose drawer is open. */
  readonly taskId: string | undefined;
}

/** Failures come before the graph when the job has failed: they are what people came for. */
export function JobView({ snapshot, history, jobId, taskId }: JobViewProps): VNode {
  const job = snapshot.jobs.find(({ id }) => id === jobId);
  if (job === undefined) return showMissing(jobId);
  const { nowMs } = snapshot;
  const open = job.tasks.find(({ id }) => id === taskId);
  const failures = showFailures(job);
  return html`
    <div class="job" data-drawer=${open === undefined ? undefined : 'open'}>
      <div class="job-main">
        ${showHead(job)} ${showTotals(job, nowMs, history.get(job.id) ?? [])}
        ${job.status === 'FAILED' && failures}
        <section aria-labelledby="graph">
          <h2 id="graph">Graph</h2>
          <${GraphView} job=${job} nowMs=${nowMs} openTaskId=${taskId} />
        </section>
        <section aria-labelledby="tasks">
          <h2 id="tasks">Tasks</h2>
          ${showTasks(job, nowMs)}
        </section>
        ${job.status !== 'FAILED' && failures} ${showSettings(job)}
      </div>
      ${
        open !== undefined &&
        html`<${TaskDrawer} key=${open.id} job=${job} task=${open} nowMs=${nowMs} />`
      }
    </div>
  `;
}

function showMissing(jobId: string): VNode {
  return html`<p class="notice">
    The coordinator knows no job <code>${jobId}</code>. It may have been restarted since. ${' '}<a
      href=${linkTo({ kind: 'cluster' })}
      >Show the cluster</a
    >
  </p>`;
}

function showHead(job: Job): VNode {
  return html`
    <header class="job-head">
      <div>
        <h1>${job.name} ${showStatus(job.status)}</h1>
        <p class="mono subtle">${job.id}</p>
        ${job.attempt > 1 && html`<p class="subtle">Attempt ${job.attempt}, from the beginning</p>`}
        ${job.waitingFor !== undefined && html`<p class="subtle">Waits for ${job.waitingFor}</p>`}
      </div>
      ${isActive(job) && html`<${CancelButton} key=${job.id} jobId=${job.id} status=${job.status} />`}
    </header>
  `;
}

function showTotals(job: Job, nowMs: number, rates: readonly number[]): VNode {
  const figures = summarizeJob(job);
  const seconds = Math.max(jobDurationMs(job, nowMs) / 1000, 0.001);
  const mean = `${formatRate(figures.recordsRead / seconds)} on average`;
  const now = isActive(job) ? formatRate(figures.readPerSecond) : 'ended';
  return html`
    <dl class="figures">
      <div class="figure figure-wide">
        <dt>Input rate</dt>
        <dd>${now}<small>${mean}</small></dd>
        ${isActive(job) && showRates(rates, 'Input rate of the last minutes')}
      </div>
      ${showFigure(
        'Records read',
        formatCount(figures.recordsRead),
        `${formatCount(figures.recordsWritten)} written`,
      )}
      ${showFigure(
        'Subtasks running',
        `${figures.subtasksRunning} of ${figures.subtasks}`,
        `${job.tasks.length} tasks · ${job.bounded ? 'bounded' : 'unbounded'} input`,
      )}
      ${showFigure(
        job.endedMs === undefined ? 'Running for' : 'Ran for',
        formatDuration(jobDurationMs(job, nowMs)),
        `since ${formatMoment(job.startedMs)}`,
      )}
    </dl>
  `;
}

function showTasks(job: Job, nowMs: number): VNode {
  return html`
    <div class="table-frame" tabindex="0" role="region" aria-labelledby="tasks">
      <table>
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">Par.</th>
            <th scope="col">Load</th>
            <th scope="col" class="number">Records in</th>
            <th scope="col" class="number">Records out</th>
            <th scope="col" class="number">Bytes in</th>
            <th scope="col" class="number">Bytes out</th>
            <th scope="col" class="number">Watermark</th>
          </tr>
        </thead>
        <tbody>
          ${job.tasks.map((task) => showTask(job, task, nowMs))}
        </tbody>
      </table>
    </div>
  `;
}

function showTask(job: Job, task: Task, nowMs: number): VNode {
  const figures = summarizeTask(task);
  return html`
    <tr key=${task.id}>
      <th scope="row" class="wide">
        <a href=${linkTo({ kind: 'job', jobId: job.id, taskId: task.id })}>${task.name}</a>
      </th>
      <td>${showStatus(figures.status)}</td>
      <td class="number">${task.parallelism}</td>
      <td class="load-cell">${showLoad(figures.load)}</td>
      <td class="number">${formatCount(figures.recordsIn)}</td>
      <td class="number">${formatCount(figures.recordsOut)}</td>
      <td class="number">${formatBytes(figures.bytesIn)}</td>
      <td class="number">${formatBytes(figures.bytesOut)}</td>
      <td class="number">${formatWatermark(figures.watermarkMs, nowMs)}</td>
    </tr>
  `;
}

function showSettings(job: Job): VNode {
  const entered = Object.entries(job.timestampsMs).flatMap(([status, atMs]) =>
    atMs === undefined ? [] : [[status, atMs] as const],
  );
  const parameters = Object.entries(job.parameters);
  return html`
    <div class="columns">
      <section aria-labelledby="parameters">
        <h2 id="parameters">Parameters</h2>
        <dl class="facts">
          ${parameters.map(
            ([name, value]) =>
              html`<div key=${name}>
                <dt class="mono">${name}</dt>
                <dd class="mono">${showValue(value)}</dd>
              </div>`,
          )}
          <div>
            <dt>Maximum parallelism</dt>
            <dd>${job.maxParallelism}</dd>
          </div>
          <div>
            <dt>Plan</dt>
            <dd class="mono">${job.planHash}</dd>
          </div>
        </dl>
      </section>
      <section aria-labelledby="states">
        <h2 id="states">States</h2>
        <ol class="facts">
          ${entered
            .toSorted(([, left], [, right]) => left - right)
            .map(
              ([status, atMs]) =>
                html`<li key=${status}>
                  <span>${showStatus(status as Job['status'])}</span
                  ><span>${formatMoment(atMs)}</span>
                </li>`,
            )}
        </ol>
      </section>
    </div>
  `;
}

function showValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
