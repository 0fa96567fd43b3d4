// What a stream is to the files of this folder: the outputs whose records it unites, and the builder that adds operators
// behind them. Streams hand it out as `handle`, so that operators over several streams can be functions of files of their
// own (`connect(a, b)`) and the stream classes stay small. Not part of what jobs import.

import {
  type InputPort,
  type LogicalEdge,
  type LogicalNode,
  type Partitioning,
} from '../graph/logical.ts';
import type { KeySelector, OperatorSpec } from '../operators/spec.ts';
import type { RecordType } from '../types/record-type.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** One output of one operator, as an input to the next. */
export interface StreamOrigin {
  readonly node: LogicalNode;
  readonly output: string;
  /** How its records get to the next operator; `auto` when the job says nothing. */
  readonly partitioning?: Partitioning;
}

/** What an operator added behind streams is called, and what is known of its records. */
export interface AddOptions {
  readonly name: string;
  readonly outputType?: RecordType | undefined;
  readonly reads?: readonly string[] | undefined;
}

/** The outputs behind a stream. */
export class StreamHandle {
  readonly builder: GraphBuilder;
  readonly origins: readonly StreamOrigin[];

  constructor(builder: GraphBuilder, origins: readonly StreamOrigin[]) {
    this.builder = builder;
    this.origins = origins;
  }

  /** Edges to an input of the next operator. */
  edges(port: InputPort = 0): readonly LogicalEdge[] {
    return this.origins.map(({ node, output, partitioning = { kind: 'auto' } }) => ({
      from: node.id,
      output,
      partitioning,
      port,
    }));
  }

  /** Edges on which all records of a key go to one subtask. */
  keyedEdges(selector: KeySelector, port: InputPort = 0): readonly LogicalEdge[] {
    return this.partitioned({ kind: 'hash', ...selector }).edges(port);
  }

  /** The same outputs, spread over the next operator's subtasks in another way. */
  partitioned(partitioning: Partitioning): StreamHandle {
    const origins = this.origins.map((origin) => ({ ...origin, partitioning }));
    return new StreamHandle(this.builder, origins);
  }

  union(others: readonly StreamHandle[]): StreamHandle {
    const origins = [...this.origins, ...others.flatMap((other) => other.origins)];
    return new StreamHandle(this.builder, origins);
  }

  /** Adds an operator with this stream as its only input. */
  add(spec: OperatorSpec, options: AddOptions): LogicalNode {
    return this.builder.add(spec, { ...options, inputs: this.edges() });
  }

  /** The record type, when all origins agree on one. */
  recordType(): RecordType | undefined {
    const types = this.origins.map(({ node, output }) => node.outputTypes.get(output));
    const texts = new Set(types.map((type) => JSON.stringify(type)));
    return texts.size === 1 ? types[0] : undefined;
  }
}

/** The outputs behind a keyed stream, and its key. */
export class KeyedHandle {
  readonly stream: StreamHandle;
  readonly selector: KeySelector;

  constructor(stream: StreamHandle, selector: KeySelector) {
    this.stream = stream;
    this.selector = selector;
  }

  /** Edges to an input of a keyed operator. */
  edges(port: InputPort = 0): readonly LogicalEdge[] {
    return this.stream.keyedEdges(this.selector, port);
  }

  /** Adds an operator with this keyed stream as its only input. */
  add(spec: OperatorSpec, options: AddOptions): LogicalNode {
    return this.stream.builder.add(spec, { ...options, inputs: this.edges() });
  }
}
