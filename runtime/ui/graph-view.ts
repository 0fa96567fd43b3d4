// The job's graph: a box a task, an arrow a connection. Boxes are links to the task's drawer, so the keyboard reaches them.
// Where they stand is graph-layout.ts's.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { html } from 'htm/preact';
import type { RefObject, VNode } from 'preact';

import { dominantLoad, summarizeTask } from './figures.ts';
import type { Job, Task, TaskFigures } from './figures.ts';
import { formatCount, formatPerMille, formatRate, formatWatermark } from './format.ts';
import { BOX, layoutGraph } from './graph-layout.ts';
import type { PlacedEdge, PlacedTask } from './graph-layout.ts';
import { showLoad } from './parts.ts';
import { linkTo } from './route.ts';

/** Narrower than this, the graph runs from top to bottom. */
const NARROW_PIXELS = 560;
/** Smaller text cannot be read; a wider graph is scrolled instead. */
const SCALE_MIN = 0.72;

interface GraphViewProps {
  readonly job: Job;
  readonly nowMs: number;
  readonly openTaskId: string | undefined;
}

/** Shrinks a wide graph a little, then lets it scroll. */
export function GraphView({ job, nowMs, openTaskId }: GraphViewProps): VNode {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  useEffect(() => {
    const box = frame.current?.querySelector('[aria-current]');
    box?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [openTaskId, width]);
  const direction = width < NARROW_PIXELS ? 'TB' : 'LR';
  // The plan decides the layout; figures change each second and must not move a box.
  const plan = useMemo(() => layoutGraph(job.tasks, direction), [job.id, job.planHash, direction]);
  const tasks = new Map(job.tasks.map((task) => [task.id, task]));
  const scale = Math.min(1, Math.max(width / plan.width, SCALE_MIN));
  return html`
    <div class="graph" ref=${frame} tabindex="0" role="group" aria-label="Graph of the job's tasks">
      <div
        class="graph-room"
        style=${{ width: `${plan.width * scale}px`, height: `${plan.height * scale}px` }}
      >
        <div
          class="graph-plane"
          style=${{
            width: `${plan.width}px`,
            height: `${plan.height}px`,
            transform: `scale(${scale})`,
          }}
        >
          <svg class="edges" width=${plan.width} height=${plan.height} aria-hidden="true">
            <defs>
              <marker
                id="arrow"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0,0.5 L7.5,4 L0,7.5 Z" />
              </marker>
            </defs>
            ${plan.edges.map(
              ({ key, path }) => html`<path key=${key} d=${path} marker-end="url(#arrow)" />`,
            )}
          </svg>
          ${plan.edges.map(showEdgeLabel)}
          ${plan.tasks.map((placed) =>
            showBox({ ...placed, task: tasks.get(placed.task.id) ?? placed.task }, job, {
              nowMs,
              isOpen: placed.task.id === openTaskId,
            }),
          )}
        </div>
      </div>
    </div>
    ${showKey()}
  `;
}

function showEdgeLabel({ key, label, labelAt, recordType }: PlacedEdge): VNode {
  return html`<span
    key=${key}
    class="edge-label"
    title=${recordType}
    style=${{ left: `${labelAt.x}px`, top: `${labelAt.y}px` }}
    >${label}</span
  >`;
}

function showBox(
  { task, left, top }: PlacedTask,
  job: Job,
  { nowMs, isOpen }: { readonly nowMs: number; readonly isOpen: boolean },
): VNode {
  const figures = summarizeTask(task);
  const style = {
    left: `${left}px`,
    top: `${top}px`,
    width: `${BOX.width}px`,
    height: `${BOX.height}px`,
  };
  return html`
    <a
      key=${task.id}
      class="box"
      style=${style}
      href=${linkTo({ kind: 'job', jobId: job.id, taskId: task.id })}
      data-load=${dominantLoad(figures.load)}
      data-status=${figures.status}
      aria-current=${isOpen ? 'true' : undefined}
      title=${task.operators.map(({ name, uid }) => `${name} (${uid})`).join('\n')}
    >
      <span class="box-head">
        <span class="dot" data-status=${figures.status} aria-hidden="true"></span>
        <span class="box-name">${showOperators(task)}</span>
        <span class="box-parallelism" title="parallelism">×${task.parallelism}</span>
      </span>
      ${showBoxFigures(figures, nowMs)}
      <span class="box-load">
        ${showLoad(figures.load)}
        <small>${describeLoad(figures)}</small>
      </span>
    </a>
  `;
}

/** The head of the chain is what people look for; the rest follows smaller. */
function showOperators({ name, operators }: Task): VNode {
  const [first, ...rest] = operators;
  if (first === undefined || rest.length === 0) return html`<b class="box-lines">${name}</b>`;
  const tail = rest.map((operator) => `→ ${operator.name}`).join(' ');
  return html`<b>${first.name}</b><small>${tail}</small>`;
}

/** Rates while the task runs, totals before and after; a source takes nothing in, a sink may give nothing out. */
function showBoxFigures(figures: TaskFigures, nowMs: number): VNode {
  const isRunning = figures.status === 'RUNNING';
  const flow = (perSecond: number, total: number): string => {
    if (total === 0) return '–';
    return isRunning ? formatRate(perSecond) : formatCount(total);
  };
  return html`<span class="box-figures">
    <span>in</span><b>${flow(figures.inPerSecond, figures.recordsIn)}</b> <span>out</span
    ><b>${flow(figures.outPerSecond, figures.recordsOut)}</b>
    <span class="box-watermark">
      <span>watermark</span><b>${formatWatermark(figures.watermarkMs, nowMs)}</b>
    </span>
  </span>`;
}

/** The worst subtask counts, as in Flink: one busy subtask holds up the others. */
function describeLoad({ status, busiest, mostBackpressured, load }: TaskFigures): string {
  if (status !== 'RUNNING') return status.toLowerCase();
  return dominantLoad(load) === 'backpressured'
    ? `backpressured ${formatPerMille(mostBackpressured)} max · busy ${formatPerMille(busiest)}`
    : `busy ${formatPerMille(busiest)} max · backpressured ${formatPerMille(mostBackpressured)}`;
}

function showKey(): VNode {
  return html`<ul class="legend graph-key" aria-label="Colours">
    <li><i data-load="busy" aria-hidden="true"></i>busy</li>
    <li><i data-load="backpressured" aria-hidden="true"></i>backpressured</li>
    <li><i data-load="idle" aria-hidden="true"></i>idle</li>
  </ul>`;
}

function useWidth(frame: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(innerWidth);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      // The content's width, without the frame's padding; in the next frame, since drawing may resize the frame again.
      if (entry !== undefined) requestAnimationFrame(() => setWidth(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}
