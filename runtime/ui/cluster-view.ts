// The cluster: its jobs, and its workers with what they have and use.

import { html } from 'htm/preact';
import type { VNode } from 'preact';

import { jobDurationMs, splitMemory, summarizeJob, isActive } from './figures.ts';
import type { Job, Worker } from './figures.ts';
import { formatBytes, formatCount, formatDuration, formatMoment, formatRate } from './format.ts';
import { showFigure, showStatus } from './parts.ts';
import { linkTo } from './route.ts';
import type { SnapshotResponse } from '../server/schema.ts';

/** A worker silent for longer is marked; the coordinator gives it up some seconds later. */
const HEARTBEAT_LATE_MS = 5_000;

/** Jobs first: they are what people come for. */
export function ClusterView({ snapshot }: { readonly snapshot: SnapshotResponse }): VNode {
  return html`
    <h1 class="visually-hidden">Cluster</h1>
    ${showTotals(snapshot)}
    <section aria-labelledby="jobs">
      <h2 id="jobs">Jobs</h2>
      ${snapshot.jobs.length === 0 ? showNoJobs() : showJobs(snapshot)}
    </section>
    <section aria-labelledby="workers">
      <h2 id="workers">Workers</h2>
      ${
        snapshot.workers.length === 0
          ? html`<p class="empty">No worker has registered yet.</p>`
          : html`<ul class="cards">
              ${snapshot.workers.map((worker) => showWorker(worker, snapshot.nowMs))}
            </ul>`
      }
    </section>
  `;
}

function showTotals({ workers, jobs, nowMs, startedMs }: SnapshotResponse): VNode {
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  const free = workers.reduce((sum, worker) => sum + worker.freeSlots, 0);
  const cores = workers.reduce((sum, worker) => sum + worker.cpuCores, 0);
  const limit = workers.reduce((sum, worker) => sum + worker.memory.limitBytes, 0);
  const count = (status: Job['status']): number =>
    jobs.filter((job) => job.status === status).length;
  const ended = `${count('FINISHED')} finished · ${count('FAILED')} failed · ${count('CANCELED')} canceled`;
  return html`
    <dl class="figures">
      ${showFigure('Jobs running', String(jobs.filter(isActive).length), ended)}
      ${showFigure('Slots in use', `${slots - free} of ${slots}`, `${free} free`)}
      ${showFigure('Workers', String(workers.length), `${formatCores(cores)}, ${formatBytes(limit)}`)}
      ${showFigure('Up for', formatDuration(nowMs - startedMs), `since ${formatMoment(startedMs)}`)}
    </dl>
  `;
}

function showNoJobs(): VNode {
  return html`<p class="empty">
    No job yet. Start one with <code>millrace run monitoring</code>; it appears here at once.
  </p>`;
}

function showJobs({ jobs, nowMs }: SnapshotResponse): VNode {
  return html`
    <div class="table-frame" tabindex="0" role="region" aria-labelledby="jobs">
      <table>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">State</th>
            <th scope="col" class="number">Input rate</th>
            <th scope="col" class="number">Records read</th>
            <th scope="col" class="number">Subtasks</th>
            <th scope="col" class="number">Duration</th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          ${jobs.map((job) => showJob(job, nowMs))}
        </tbody>
      </table>
    </div>
  `;
}

function showJob(job: Job, nowMs: number): VNode {
  const figures = summarizeJob(job);
  const isRunning = isActive(job);
  return html`
    <tr key=${job.id}>
      <th scope="row">
        <a href=${linkTo({ kind: 'job', jobId: job.id, taskId: undefined })}>${job.name}</a>
        <small class="mono">${job.id.slice(0, 8)}</small>
        ${job.attempt > 1 && html` <small>attempt ${job.attempt}</small>`}
      </th>
      <td>${showStatus(job.status)}</td>
      <td class="number">${isRunning ? formatRate(figures.readPerSecond) : '–'}</td>
      <td class="number">${formatCount(figures.recordsRead)}</td>
      <td class="number">
        ${isRunning ? `${figures.subtasksRunning} of ${figures.subtasks}` : figures.subtasks}
      </td>
      <td class="number">${formatDuration(jobDurationMs(job, nowMs))}</td>
      <td>${formatMoment(job.startedMs)}</td>
    </tr>
  `;
}

function showWorker(worker: Worker, nowMs: number): VNode {
  const silentMs = Math.max(nowMs - worker.lastHeartbeatMs, 0);
  const isLate = silentMs > HEARTBEAT_LATE_MS;
  return html`
    <li class="card" key=${worker.id}>
      <header>
        <h3 class="mono">${worker.id}</h3>
        <span class="heartbeat" data-late=${isLate ? 'yes' : undefined}>
          ${worker.isDraining && 'drains · '}${isLate ? 'silent for' : 'heartbeat'}
          ${' '}${formatDuration(silentMs)}${isLate ? '' : ' ago'}
        </span>
      </header>
      ${showSlots(worker)} ${showMemory(worker)}
      <dl class="facts">
        <div>
          <dt>CPU</dt>
          <dd>${formatCores(worker.cpuCores)}</dd>
        </div>
        <div>
          <dt>Resident</dt>
          <dd>${formatBytes(worker.residentBytes)}</dd>
        </div>
        <div>
          <dt>Address</dt>
          <dd class="mono">${worker.address}</dd>
        </div>
        <div>
          <dt>Process</dt>
          <dd class="mono">${worker.pid}</dd>
        </div>
      </dl>
    </li>
  `;
}

/** A square a slot, until they are too many to count by eye. */
const SLOT_SQUARES_MAX = 32;

function showSlots({ slots, freeSlots }: Worker): VNode {
  const used = slots - freeSlots;
  return html`
    <div class="slots">
      <span class="label">Slots</span>
      <span class="slot-squares" aria-hidden="true">
        ${
          slots <= SLOT_SQUARES_MAX &&
          Array.from(
            { length: slots },
            (_, index) => html`<i key=${index} data-used=${index < used ? 'yes' : 'no'}></i>`,
          )
        }
      </span>
      <span>${used} of ${slots} in use</span>
    </div>
  `;
}

function showMemory(worker: Worker): VNode {
  const parts = splitMemory(worker);
  const resident = worker.residentBytes / Math.max(worker.memory.limitBytes, 1);
  return html`
    <div class="memory">
      <div class="memory-head">
        <span class="label">Memory limit ${formatBytes(worker.memory.limitBytes)}</span>
        <span>${Math.round(resident * 100)}% resident</span>
      </div>
      <div class="memory-bar" aria-hidden="true">
        ${parts.map(
          ([part, bytes]) =>
            html`<span key=${part} data-memory=${part} style=${{ flexGrow: bytes }}></span>`,
        )}
        <b style=${{ left: `${Math.min(resident, 1) * 100}%` }}></b>
      </div>
      <ul class="legend">
        ${parts.map(
          ([part, bytes]) => html`
            <li key=${part}>
              <i data-memory=${part} aria-hidden="true"></i>${part}
              <span>${formatBytes(bytes)}</span>
            </li>
          `,
        )}
      </ul>
    </div>
  `;
}

function formatCores(cores: number): string {
  const rounded = Math.round(cores * 10) / 10;
  return `${rounded} ${rounded === 1 ? 'core' : 'cores'}`;
}
