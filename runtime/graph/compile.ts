// Logical graph to physical plan: validate, resolve parallelism, chain, project, number. Pure: same graph, same plan.
//   I1. An edge is chained iff both ends have the same parallelism and slot sharing group, the consumer has that one input,
//       the edge is forward, and neither end forbids it (Flink: StreamingJobGraphGenerator.isChainable).
//   I2. A column is dropped from an edge only if the consumer says which columns it reads and nothing else needs the rest.

import { digestOf } from '../core/digest.ts';
import type { TaskId } from '../core/ids.ts';
import { defaultMaxParallelism } from '../core/key-group.ts';
import { LATE_OUTPUT } from '../operators/spec.ts';
import { projectType } from '../types/project.ts';
import type { RecordType } from '../types/record-type.ts';
import type { LogicalEdge, LogicalGraph, LogicalNode } from './logical.ts';
import type {
  PhysicalPlan,
  PlannedEdge,
  PlannedOperator,
  PlannedTask,
  ShipStrategy,
} from './physical.ts';
import type { ExecutionMode } from '../core/execution-mode.ts';
import { validateGraph } from './validate.ts';

/** What the job's surroundings decide. */
export interface CompileOptions {
  readonly jobName: string;
  /** For operators that set none. */
  readonly parallelism: number;
  readonly mode?: ExecutionMode | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Throws `JOB_INVALID` with every problem of the graph. */
export function compileGraph(graph: LogicalGraph, options: CompileOptions): PhysicalPlan {
  const resolved = resolveParallelism(graph, options.parallelism);
  const mode = options.mode ?? 'streaming';
  validateGraph(graph, resolved, mode);
  const headOf = assignChains(graph, resolved);
  const tasks = buildTasks(graph, resolved, headOf);
  const edges = buildEdges(graph, resolved, headOf, tasks);
  const bounded = graph.nodes.every(
    (node) => node.spec.kind !== 'source' || node.spec.source.bounded,
  );
  const plan = {
    jobName: options.jobName,
    mode,
    bounded,
    tasks,
    edges,
    slotsNeeded: countSlots(tasks),
  };
  const hash = digestOf(JSON.stringify([plan, options.parameters], writeBigint));
  return { ...plan, hash };
}

/** Parallelism of each node, by id. */
function resolveParallelism(graph: LogicalGraph, jobParallelism: number): readonly number[] {
  return graph.nodes.map((node) => {
    if (node.parallelism !== undefined) return node.parallelism;
    return Math.min(jobParallelism, connectorLimit(node) ?? jobParallelism);
  });
}

function connectorLimit(node: LogicalNode): number | undefined {
  if (node.spec.kind === 'source') return node.spec.source.parallelismMax;
  return node.spec.kind === 'sink' ? node.spec.sink.parallelismMax : undefined;
}

/** The chain each node belongs to, named by its head's id. */
function assignChains(graph: LogicalGraph, parallelism: readonly number[]): readonly number[] {
  const headOf: number[] = [];
  for (const node of graph.nodes) {
    const only = node.inputs.length === 1 ? node.inputs[0] : undefined;
    const from = only === undefined ? undefined : graph.nodes[only.from];
    const canChain =
      only !== undefined && from !== undefined && isChainable(from, node, only, parallelism);
    headOf.push(canChain ? (headOf[from.id] ?? from.id) : node.id);
  }
  return headOf;
}

function isChainable(
  from: LogicalNode,
  to: LogicalNode,
  edge: LogicalEdge,
  parallelism: readonly number[],
): boolean {
  return (
    (edge.partitioning.kind === 'auto' || edge.partitioning.kind === 'forward') &&
    parallelism[from.id] === parallelism[to.id] &&
    from.slotSharingGroup === to.slotSharingGroup &&
    to.chaining === 'always' &&
    from.chaining !== 'never'
  );
}

function buildTasks(
  graph: LogicalGraph,
  parallelism: readonly number[],
  headOf: readonly number[],
): readonly PlannedTask[] {
  const heads = graph.nodes.filter((node) => headOf[node.id] === node.id);
  return heads.map((head, index) => {
    const members = graph.nodes.filter((node) => headOf[node.id] === head.id);
    const operators = members.map((node) => planOperator(node, node.id === head.id));
    const headParallelism = parallelism[head.id] ?? 1;
    return {
      index,
      id: digestOf(operators.map((operator) => operator.uid).join('\n')) as TaskId,
      name: operators.map((operator) => operator.name).join(' -> '),
      parallelism: headParallelism,
      maxParallelism:
        members.find((node) => node.maxParallelism !== undefined)?.maxParallelism ??
        defaultMaxParallelism(headParallelism),
      slotSharingGroup: head.slotSharingGroup,
      operators,
    };
  });
}

function planOperator(node: LogicalNode, isHead: boolean): PlannedOperator {
  const input = node.inputs[0];
  return {
    nodeId: node.id,
    uid: node.uid,
    name: node.name,
    kind: node.spec.kind,
    input: isHead || input === undefined ? undefined : { nodeId: input.from, output: input.output },
  };
}

function buildEdges(
  graph: LogicalGraph,
  parallelism: readonly number[],
  headOf: readonly number[],
  tasks: readonly PlannedTask[],
): readonly PlannedEdge[] {
  const taskOfHead = new Map(tasks.map((task) => [task.operators[0]?.nodeId, task.index]));
  const taskOf = (nodeId: number): number => taskOfHead.get(headOf[nodeId]) ?? -1;
  const edges: PlannedEdge[] = [];
  for (const node of graph.nodes) {
    if (headOf[node.id] !== node.id) continue;
    for (const [inputIndex, input] of node.inputs.entries()) {
      const type = graph.nodes[input.from]?.outputTypes.get(input.output);
      const recordType = type === undefined ? undefined : project(graph, node, type);
      edges.push({
        index: edges.length,
        fromTask: taskOf(input.from),
        toTask: taskOf(node.id),
        fromNode: input.from,
        output: input.output,
        toNode: node.id,
        inputIndex,
        port: input.port,
        shipStrategy: shipStrategyOf(input, parallelism[input.from], parallelism[node.id]),
        recordType,
        droppedFields: droppedFields(type, recordType),
      });
    }
  }
  return edges;
}

/** Narrows to the columns the consumer reads, unless its late records are passed on whole. */
function project(graph: LogicalGraph, consumer: LogicalNode, type: RecordType): RecordType {
  if (consumer.reads === undefined) return type;
  const passesRecordsOn = graph.nodes.some((node) =>
    node.inputs.some((input) => input.from === consumer.id && input.output === LATE_OUTPUT),
  );
  return passesRecordsOn ? type : projectType(type, consumer.reads);
}

function droppedFields(whole: RecordType | undefined, kept: RecordType | undefined): string[] {
  if (whole?.kind !== 'struct' || kept?.kind !== 'struct') return [];
  const keptNames = new Set(kept.fields.map((field) => field.name));
  return whole.fields.map((field) => field.name).filter((name) => !keptNames.has(name));
}

const SHIP_STRATEGIES = {
  forward: 'FORWARD',
  rebalance: 'REBALANCE',
  rescale: 'RESCALE',
  shuffle: 'SHUFFLE',
  broadcast: 'BROADCAST',
  global: 'GLOBAL',
  hash: 'HASH',
  custom: 'CUSTOM',
} as const;

function shipStrategyOf(
  edge: LogicalEdge,
  fromParallelism: number | undefined,
  toParallelism: number | undefined,
): ShipStrategy {
  const { kind } = edge.partitioning;
  if (kind !== 'auto') return SHIP_STRATEGIES[kind];
  return fromParallelism === toParallelism ? 'FORWARD' : 'REBALANCE';
}

function countSlots(tasks: readonly PlannedTask[]): number {
  const groups = new Map<string, number>();
  for (const task of tasks) {
    const slots = Math.max(groups.get(task.slotSharingGroup) ?? 0, task.parallelism);
    groups.set(task.slotSharingGroup, slots);
  }
  return [...groups.values()].reduce((total, slots) => total + slots, 0);
}

/** Parameters may hold what JSON has no word for. */
function writeBigint(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
