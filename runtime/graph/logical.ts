// The logical graph: what the calls of a job build. Nodes are operators as written, edges say how records get from one to
// the next. Plain data besides the job's own functions; node ids are positions in `nodes`, in the order of the calls, so a
// node's inputs always come before it.

import type { Key } from '../core/key-group.ts';
import type { OperatorSpec } from '../operators/spec.ts';
import type { RecordType } from '../types/record-type.ts';

/** How an edge spreads records. `auto`: forward if both ends have the same parallelism, else rebalance. */
export type Partitioning =
  | {
      readonly kind:
        'auto' | 'forward' | 'rebalance' | 'rescale' | 'shuffle' | 'broadcast' | 'global';
    }
  | {
      readonly kind: 'hash';
      readonly keyOf: (value: unknown) => Key;
      readonly fields: readonly string[] | undefined;
    }
  | { readonly kind: 'custom'; readonly choose: (value: unknown, channels: number) => number };

/** The main output of an operator; any other name is a side output. */
export const MAIN_OUTPUT = 'main';

export interface LogicalEdge {
  /** The node it comes from. */
  readonly from: number;
  readonly output: string;
  readonly partitioning: Partitioning;
  /** Which input of the operator it feeds: 0, or 1 for the second of an operator with two. United streams share one. */
  readonly port: InputPort;
}

/** The inputs of an operator: all have a first, two-input operators a second. */
export type InputPort = 0 | 1;

/** Whether an operator may share a thread step with its input: `head` starts a chain, `never` is alone. */
export type Chaining = 'always' | 'head' | 'never';

export interface LogicalNode {
  readonly id: number;
  /** Names the operator's state for ever; generated from kind and position when the job gives none. */
  uid: string;
  hasGeneratedUid: boolean;
  name: string;
  readonly spec: OperatorSpec;
  /** Undefined: the job's. */
  parallelism: number | undefined;
  maxParallelism: number | undefined;
  chaining: Chaining;
  slotSharingGroup: string;
  readonly inputs: readonly LogicalEdge[];
  /** By output; an output without a known type is inferred where it crosses a thread. */
  readonly outputTypes: Map<string, RecordType>;
  /** The fields of its input it reads, when the operator itself says so (projection). */
  readonly reads: readonly string[] | undefined;
}

export interface LogicalGraph {
  readonly nodes: readonly LogicalNode[];
}
