// The physical plan: tasks (chains of operators), their parallelism, and the edges between them. Plain JSON without any of
// the job's functions, so that coordinator, workers and pages share it; a slot finds the functions in its own logical graph
// by node id. Both sides build the graph from the job program and must arrive at the same hash.

import type { ExecutionMode } from '../core/execution-mode.ts';
import type { TaskId } from '../core/ids.ts';
import type { RecordType } from '../types/record-type.ts';
import type { InputPort } from './logical.ts';

/** As Flink's plan names them. */
export type ShipStrategy =
  'FORWARD' | 'HASH' | 'REBALANCE' | 'RESCALE' | 'SHUFFLE' | 'BROADCAST' | 'GLOBAL' | 'CUSTOM';

/** One operator of a chain. */
export interface PlannedOperator {
  readonly nodeId: number;
  readonly uid: string;
  readonly name: string;
  readonly kind: string;
  /** Where it gets its input inside the chain; undefined for the head. */
  readonly input: { readonly nodeId: number; readonly output: string } | undefined;
}

export interface PlannedTask {
  readonly index: number;
  readonly id: TaskId;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly slotSharingGroup: string;
  /** Head first; each after its input. */
  readonly operators: readonly PlannedOperator[];
}

export interface PlannedEdge {
  readonly index: number;
  readonly fromTask: number;
  readonly toTask: number;
  /** The operator whose output it carries. */
  readonly fromNode: number;
  readonly output: string;
  /** The operator it feeds, the head of `toTask`, and which of the head's logical inputs it is. */
  readonly toNode: number;
  readonly inputIndex: number;
  /** The head's first (0) or second (1) input. */
  readonly port: InputPort;
  readonly shipStrategy: ShipStrategy;
  /** Undefined: inferred from the records. */
  readonly recordType: RecordType | undefined;
  /** Columns that are left out because nothing downstream reads them. */
  readonly droppedFields: readonly string[];
}

export interface PhysicalPlan {
  readonly jobName: string;
  readonly mode: ExecutionMode;
  readonly bounded: boolean;
  /** In topological order. */
  readonly tasks: readonly PlannedTask[];
  readonly edges: readonly PlannedEdge[];
  /** Slots needed: the largest parallelism of each slot sharing group, summed. */
  readonly slotsNeeded: number;
  /** 32 hex digits over all of the above. */
  readonly hash: string;
}

/** A channel of an edge: from one subtask to one subtask. */
export interface PlannedChannel {
  /** Unique in the plan; how frames on a connection are addressed. */
  readonly number: number;
  readonly edge: number;
  readonly fromSubtask: number;
  readonly toSubtask: number;
}

/** Every channel of a plan, numbered in a fixed order. */
export function listChannels(plan: PhysicalPlan): readonly PlannedChannel[] {
  const channels: PlannedChannel[] = [];
  for (const edge of plan.edges) {
    const from = plan.tasks[edge.fromTask]?.parallelism ?? 0;
    const to = plan.tasks[edge.toTask]?.parallelism ?? 0;
    for (let fromSubtask = 0; fromSubtask < from; fromSubtask++) {
      for (const toSubtask of targetsOf(edge.shipStrategy, fromSubtask, from, to)) {
        channels.push({ number: channels.length, edge: edge.index, fromSubtask, toSubtask });
      }
    }
  }
  return channels;
}

/** Which downstream subtasks one upstream subtask is connected to (Flink: POINTWISE for forward and rescale). */
function targetsOf(ship: ShipStrategy, from: number, fromCount: number, toCount: number): number[] {
  if (ship === 'FORWARD') return [from];
  if (ship === 'GLOBAL') return [0];
  if (ship !== 'RESCALE') return Array.from({ length: toCount }, (_, subtask) => subtask);
  if (fromCount >= toCount) return [Math.floor((from * toCount) / fromCount)];
  const first = Math.ceil((from * toCount) / fromCount);
  const end = Math.ceil(((from + 1) * toCount) / fromCount);
  return Array.from({ length: end - first }, (_, offset) => first + offset);
}
