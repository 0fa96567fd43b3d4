// What a graph must satisfy before it can be planned. All problems are reported at once, each naming its operator.

import { EngineError } from '../core/errors.ts';
import { MAX_PARALLELISM_UPPER_BOUND } from '../core/key-group.ts';
import type { LogicalGraph, LogicalNode } from './logical.ts';
import type { ExecutionMode } from '../core/execution-mode.ts';

/** Throws `JOB_INVALID`. `parallelism` is each node's, by id. */
export function validateGraph(
  graph: LogicalGraph,
  parallelism: readonly number[],
  mode: ExecutionMode,
): void {
  const problems = [
    ...findShapeProblems(graph),
    ...(mode === 'batch' ? findUnboundedSources(graph) : []),
    ...findDuplicateUids(graph),
    ...findEndlessPartitions(graph),
    ...graph.nodes.flatMap((node) => findNodeProblems(graph, node, parallelism)),
  ];
  if (problems.length === 0) return;
  throw new EngineError('JOB_INVALID', `The job cannot run:\n  - ${problems.join('\n  - ')}`);
}

function findShapeProblems(graph: LogicalGraph): string[] {
  const problems: string[] = [];
  if (!graph.nodes.some((node) => node.spec.kind === 'source')) {
    problems.push('it has no source: begin with env.from(...)');
  }
  if (!graph.nodes.some((node) => node.spec.kind === 'sink')) {
    problems.push('it has no sink: end a stream with .to(...)');
  }
  return problems;
}

/** What waits for the end of its input needs one. */
function findEndlessPartitions(graph: LogicalGraph): string[] {
  const endlessSource: (string | undefined)[] = []; // by node: a source above it that never ends
  for (const { id, spec, name, inputs } of graph.nodes) {
    const isEndless = spec.kind === 'source' && !spec.source.bounded;
    endlessSource[id] = isEndless
      ? name
      : inputs.map(({ from }) => endlessSource[from]).find((source) => source !== undefined);
  }
  return graph.nodes.flatMap(({ id, spec, name }) => {
    const source = endlessSource[id];
    if (spec.kind !== 'partition-window' || source === undefined) return [];
    return [
      `"${name}" gives results at the end of its input, but "${source}" never ends: use window(...), or a source that ends`,
    ];
  });
}

function findUnboundedSources(graph: LogicalGraph): string[] {
  return graph.nodes.flatMap(({ name, spec }) =>
    spec.kind === 'source' && !spec.source.bounded
      ? [`"${name}" has no end, but batch mode gives results at the end: run it in streaming mode`]
      : [],
  );
}

function findDuplicateUids(graph: LogicalGraph): string[] {
  const names = new Map<string, string>();
  const problems: string[] = [];
  for (const node of graph.nodes) {
    const other = names.get(node.uid);
    if (other !== undefined) {
      problems.push(
        `"${other}" and "${node.name}" both have the uid "${node.uid}": uids are unique`,
      );
    }
    names.set(node.uid, node.name);
  }
  return problems;
}

function findNodeProblems(
  graph: LogicalGraph,
  node: LogicalNode,
  parallelism: readonly number[],
): string[] {
  const problems: string[] = [];
  const own = parallelism[node.id] ?? 1;
  if (!isParallelism(own)) {
    problems.push(
      `"${node.name}" has parallelism ${own}: use an integer from 1 to ${MAX_PARALLELISM_UPPER_BOUND}`,
    );
  }
  if (node.spec.kind === 'general-window' && node.spec.selector === undefined && own !== 1) {
    problems.push(
      `"${node.name}" has parallelism ${own}, but windows over all records are in one subtask: use keyBy(...).window(...)`,
    );
  }
  problems.push(...findKeyGroupProblems(node, own));
  const limit = connectorLimit(node);
  if (limit !== undefined && own > limit.subtasks) {
    problems.push(
      `"${node.name}" has parallelism ${own}, but ${limit.label} allows at most ${limit.subtasks}`,
    );
  }
  for (const input of node.inputs) {
    const from = graph.nodes[input.from];
    if (from === undefined || input.partitioning.kind !== 'forward') continue;
    if (parallelism[from.id] === own) continue;
    problems.push(
      `forward from "${from.name}" (parallelism ${parallelism[from.id] ?? 1}) to "${node.name}" ` +
        `(${own}) needs equal parallelism: use rebalance() or rescale()`,
    );
  }
  return problems;
}

function findKeyGroupProblems(
  { name, maxParallelism }: LogicalNode,
  parallelism: number,
): string[] {
  if (maxParallelism === undefined) return [];
  if (!isParallelism(maxParallelism)) {
    return [
      `"${name}" has maximum parallelism ${maxParallelism}: use an integer from 1 to ${MAX_PARALLELISM_UPPER_BOUND}`,
    ];
  }
  if (maxParallelism >= parallelism) return [];
  return [
    `"${name}" has parallelism ${parallelism} above its maximum parallelism ${maxParallelism}`,
  ];
}

function isParallelism(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MAX_PARALLELISM_UPPER_BOUND;
}

function connectorLimit(
  node: LogicalNode,
): { readonly label: string; readonly subtasks: number } | undefined {
  if (node.spec.kind !== 'source' && node.spec.kind !== 'sink') return undefined;
  const connector = node.spec.kind === 'source' ? node.spec.source : node.spec.sink;
  if (connector.parallelismMax === undefined) return undefined;
  return { label: connector.label, subtasks: connector.parallelismMax };
}
