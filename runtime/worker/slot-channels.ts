// Opens the channels of a slot's subtasks from the rings it was handed.

import { SeededRandom } from '../core/random.ts';
import { invariant } from '../core/invariant.ts';
import type { LogicalGraph } from '../graph/logical.ts';
import {
  listChannels,
  type PhysicalPlan,
  type PlannedChannel,
  type PlannedEdge,
} from '../graph/physical.ts';
import { ChannelReader } from '../shuffle/channel-reader.ts';
import { ChannelWriter } from '../shuffle/channel-writer.ts';
import { Doorbell } from '../shuffle/doorbell.ts';
import { type Distribution, OutputEdge, type RouteFailure } from '../shuffle/output-edge.ts';
import type { OutputGate } from '../shuffle/output-gate.ts';
import { RingConsumer, RingProducer } from '../shuffle/ring.ts';
import { DeclaredType, InferredTypes } from '../shuffle/type-selector.ts';
import type { InputChannel } from './input-subtask.ts';
import type { SlotChannel } from './slot-message.ts';
import type { SubtaskAddress } from './subtask.ts';

/** The rings of one deployment in one slot. */
export class SlotChannels {
  readonly #plan: PhysicalPlan;
  readonly #graph: LogicalGraph;
  readonly #channels: readonly PlannedChannel[];
  readonly #inputs: ReadonlyMap<number, SlotChannel>;
  readonly #outputs: ReadonlyMap<number, SlotChannel>;
  readonly #recordBytesMax: number;

  constructor(
    plan: PhysicalPlan,
    graph: LogicalGraph,
    rings: { readonly inputs: readonly SlotChannel[]; readonly outputs: readonly SlotChannel[] },
    recordBytesMax: number,
  ) {
    this.#plan = plan;
    this.#graph = graph;
    this.#channels = listChannels(plan);
    this.#inputs = new Map(rings.inputs.map((channel) => [channel.number, channel]));
    this.#outputs = new Map(rings.outputs.map((channel) => [channel.number, channel]));
    this.#recordBytesMax = recordBytesMax;
  }

  openOutput(
    edge: PlannedEdge,
    address: SubtaskAddress,
    { gate, failure }: { readonly gate: OutputGate; readonly failure: RouteFailure },
  ): OutputEdge {
    const writers = this.#channels
      .filter((channel) => channel.edge === edge.index && channel.fromSubtask === address.subtask)
      .map(({ number }) => {
        const { ring, peerBell } = find(this.#outputs, number);
        const producer = new RingProducer(ring, new Doorbell(peerBell));
        const types =
          edge.recordType === undefined ? new InferredTypes() : new DeclaredType(edge.recordType);
        return new ChannelWriter(producer, gate, types, this.#recordBytesMax);
      });
    return new OutputEdge(writers, this.#distributionOf(edge, address.subtask), failure);
  }

  openInputs(edges: readonly PlannedEdge[], address: SubtaskAddress): readonly InputChannel[] {
    const inputs: InputChannel[] = [];
    for (const edge of edges) {
      for (const channel of this.#channels) {
        if (channel.edge !== edge.index || channel.toSubtask !== address.subtask) continue;
        const { ring, peerBell } = find(this.#inputs, channel.number);
        const consumer = new RingConsumer(ring, new Doorbell(peerBell));
        const reader = new ChannelReader(consumer, inputs.length, edge.recordType);
        inputs.push({ reader, port: edge.port });
      }
    }
    return inputs;
  }

  #distributionOf(edge: PlannedEdge, subtask: number): Distribution {
    const { partitioning } = this.#graph.nodes[edge.toNode]?.inputs[edge.inputIndex] ?? {};
    switch (edge.shipStrategy) {
      case 'FORWARD':
      case 'GLOBAL':
        return { kind: 'single' };
      case 'REBALANCE':
      case 'RESCALE':
        return { kind: 'round-robin', first: subtask };
      case 'SHUFFLE':
        // Repeatable, and not in step with another subtask.
        return { kind: 'random', random: new SeededRandom(edge.index * 32_768 + subtask) };
      case 'BROADCAST':
        return { kind: 'broadcast' };
      case 'HASH':
        invariant(partitioning?.kind === 'hash', 'a HASH edge is partitioned by key');
        return {
          kind: 'hash',
          keyOf: partitioning.keyOf,
          maxParallelism: this.#plan.tasks[edge.toTask]?.maxParallelism ?? 1,
        };
      case 'CUSTOM':
        invariant(partitioning?.kind === 'custom', 'a CUSTOM edge has a function');
        return { kind: 'custom', choose: partitioning.choose };
    }
  }
}

function find(channels: ReadonlyMap<number, SlotChannel>, number: number): SlotChannel {
  const channel = channels.get(number);
  invariant(channel !== undefined, 'every channel of a subtask has a ring');
  return channel;
}
