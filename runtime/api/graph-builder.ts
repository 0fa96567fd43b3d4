// Collects the nodes that the calls of a job add. One builder a job; streams are thin handles on its nodes.

import {
  type Chaining,
  type LogicalEdge,
  type LogicalGraph,
  type LogicalNode,
  MAIN_OUTPUT,
} from '../graph/logical.ts';
import type { OperatorSpec } from '../operators/spec.ts';
import type { RecordType } from '../types/record-type.ts';

/** What a call says about the operator it adds. */
export interface NodeOptions {
  readonly name: string;
  readonly inputs: readonly LogicalEdge[];
  readonly outputType?: RecordType | undefined;
  readonly chaining?: Chaining;
  readonly reads?: readonly string[] | undefined;
}

/** The growing graph of one job. */
export class GraphBuilder {
  readonly #nodes: LogicalNode[] = [];

  get graph(): LogicalGraph {
    return { nodes: this.#nodes };
  }

  add(spec: OperatorSpec, options: NodeOptions): LogicalNode {
    const id = this.#nodes.length;
    const node: LogicalNode = {
      id,
      uid: `${spec.kind}-${id + 1}`,
      hasGeneratedUid: true,
      name: options.name,
      spec,
      parallelism: undefined,
      maxParallelism: undefined,
      chaining: options.chaining ?? 'always',
      slotSharingGroup: this.#inheritedGroup(options.inputs),
      inputs: options.inputs,
      outputTypes: new Map(),
      reads: options.reads,
    };
    if (options.outputType !== undefined) node.outputTypes.set(MAIN_OUTPUT, options.outputType);
    this.#nodes.push(node);
    return node;
  }

  outputType(edge: LogicalEdge): RecordType | undefined {
    return this.#nodes[edge.from]?.outputTypes.get(edge.output);
  }

  #inheritedGroup(inputs: readonly LogicalEdge[]): string {
    const groups = new Set(inputs.map((input) => this.#nodes[input.from]?.slotSharingGroup));
    const [only] = groups;
    return groups.size === 1 && only !== undefined ? only : 'default';
  }
}
