// Where the boxes and arrows of a job's graph stand. Pure: tasks in, coordinates out; graph-view.ts draws them.

import * as dagre from '@dagrejs/dagre';

import type { Task } from './figures.ts';

/** The size of a box; style.css draws it so. */
export const BOX = { width: 248, height: 150 } as const;

/** The part of dagre in use: its own declarations do not resolve under Node's module rules. */
interface Dagre {
  readonly Graph: new (options: { multigraph: boolean }) => DagreGraph;
  readonly layout: (graph: DagreGraph) => void;
}
interface DagreGraph {
  setGraph(options: Readonly<Record<string, string | number>>): void;
  setDefaultEdgeLabel(make: () => object): void;
  setNode(id: string, size: { width: number; height: number }): void;
  setEdge(from: string, to: string, label: object, name: string): void;
  graph(): { readonly width?: number; readonly height?: number };
  node(id: string): Point;
  edge(which: {
    v: string;
    w: string;
    name: string;
  }): Point & { readonly points: readonly Point[] };
}
const { Graph, layout } = dagre as unknown as Dagre;

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedTask {
  readonly task: Task;
  /** Of the upper left corner. */
  readonly left: number;
  readonly top: number;
}

export interface PlacedEdge {
  readonly key: string;
  /** For an SVG path. */
  readonly path: string;
  readonly label: string;
  readonly labelAt: Point;
  readonly recordType: string;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly tasks: readonly PlacedTask[];
  readonly edges: readonly PlacedEdge[];
}

/** From left to right where there is room, else from top to bottom. */
export type Direction = 'LR' | 'TB';

/** Lays the tasks out in ranks; the same tasks always stand the same. */
export function layoutGraph(tasks: readonly Task[], direction: Direction): GraphLayout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: direction, nodesep: 28, ranksep: 56, marginx: 4, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const task of tasks) graph.setNode(task.id, { ...BOX });
  const links = listLinks(tasks);
  for (const link of links) {
    graph.setEdge(link.from, link.to, { width: 76, height: 22, labelpos: 'c' }, link.key);
  }
  layout(graph);
  const size = graph.graph();
  return {
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
    tasks: tasks.map((task) => {
      const centre = graph.node(task.id);
      return { task, left: centre.x - BOX.width / 2, top: centre.y - BOX.height / 2 };
    }),
    edges: links.map((link) => {
      const edge = graph.edge({ v: link.from, w: link.to, name: link.key });
      return {
        key: link.key,
        path: drawCurve(edge.points),
        label: link.label,
        labelAt: { x: edge.x, y: edge.y },
        recordType: link.recordType,
      };
    }),
  };
}

interface Link {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly recordType: string;
}

/** Two tasks may be joined twice, so the place in the list of inputs is part of the key. */
function listLinks(tasks: readonly Task[]): Link[] {
  const known = new Set(tasks.map(({ id }) => id));
  return tasks.flatMap((task) =>
    task.inputs
      .map((input, place) => ({
        key: `${input.from}-${task.id}-${place}`,
        from: input.from,
        to: task.id,
        label: input.shipStrategy,
        recordType: input.recordType,
      }))
      .filter(({ from }) => known.has(from)),
  );
}

/** A smooth line through the points: each is the control point of a curve that ends halfway to the next. */
export function drawCurve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const last = rest.at(-1) ?? first;
  const curves = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? point;
    const isEnd = index === rest.length - 2;
    const end = isEnd ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${place(point)} ${place(end)}`;
  });
  return curves.length === 0
    ? `M${place(first)} L${place(last)}`
    : `M${place(first)} ${curves.join(' ')}`;
}

function place({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}
