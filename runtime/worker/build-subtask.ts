// Builds one subtask of a plan inside a slot: its chain composed from tail to head, its channels, its input.

import { createDetect } from '../operators/detect.ts';
import { createAsyncMap } from '../operators/async-map.ts';
import { createBroadcast, createKeyedBroadcast } from '../operators/broadcast.ts';
import { createCustom } from '../operators/custom.ts';
import { createFilter } from '../operators/filter.ts';
import { createFlatMap } from '../operators/flat-map.ts';
import { createGeneralWindow } from '../operators/general-window.ts';
import { createKeyedReduce } from '../operators/keyed-reduce.ts';
import { createMap } from '../operators/map.ts';
import type { Emit, Operator, OperatorContext } from '../operators/operator.ts';
import { createPartitionWindow } from '../operators/partition-window.ts';
import { createRelational } from '../operators/relational.ts';
import { createKeyedCoProcess, createKeyedProcess } from '../operators/keyed-process.ts';
import { createCoProcess, createProcess } from '../operators/process.ts';
import { createSink } from '../operators/sink.ts';
import { DEAD_LETTER_OUTPUT, type OperatorSpec } from '../operators/spec.ts';
import { createTimestamps } from '../operators/timestamps.ts';
import { createWindow } from '../operators/window.ts';
import {
  NO_TIMESTAMP,
  type SinkContext,
  type SplitReaderContext,
} from '../connectors/connector.ts';
import { asSplitReader } from '../connectors/share-reader.ts';
import type { Clock } from '../core/clock.ts';
import { EngineError } from '../core/errors.ts';
import type { JobId } from '../core/ids.ts';
import { invariant } from '../core/invariant.ts';
import { keyGroupRange } from '../core/key-group.ts';
import type { Log } from '../core/log.ts';
import type { LogicalGraph } from '../graph/logical.ts';
import { MAIN_OUTPUT } from '../graph/logical.ts';
import type { PhysicalPlan, PlannedEdge, PlannedOperator, PlannedTask } from '../graph/physical.ts';
import type { FromSource } from '../protocol/control.ts';
import type { OutputEdge, RouteFailure } from '../shuffle/output-edge.ts';
import { timestampsOnly } from '../time/watermark.ts';
import { OutputGate } from '../shuffle/output-gate.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import { SpillingSorter } from '../state/spilling-sorter.ts';
import { Pace } from '../time/pace.ts';
import { compileCodec } from '../types/codec-compiler.ts';
import type { RecordType } from '../types/record-type.ts';
import { Chain, type ChainLink, type ChainOutput, ChainTimes } from './chain.ts';
import { type InputChannel, InputSubtask } from './input-subtask.ts';
import { KeySortedInput, type SortedPort } from './key-sorted-input.ts';
import type { LoadedMakers } from './makers.ts';
import { describeRecord } from './record-preview.ts';
import { SourceSubtask, type SplitOutput } from './source-subtask.ts';
import { NamedCounters, type Subtask, type SubtaskAddress, type SubtaskParts } from './subtask.ts';

const ANY_TYPE: RecordType = { kind: 'any' };

/** What the slot provides to all its subtasks. */
export interface SlotServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly stateMemory: MemoryBudget;
  readonly overflowBytesMax: number;
  /** Of batch mode: what is sorted in memory, and where the rest goes. */
  readonly sortBytesMax: number;
  readonly spillDirectory: string;
  readonly makers: LoadedMakers;
  readonly jobId: JobId;
  wake(): void;
  collect(value: unknown): void;
  /** A connector failed between steps. */
  fail(address: SubtaskAddress, error: unknown): void;
  /** What the subtask of a source has to say. */
  tellCoordinator(address: SubtaskAddress, event: FromSource): void;
  /** The channels of an edge that this subtask writes, behind their partitioner. */
  openOutput(
    edge: PlannedEdge,
    address: SubtaskAddress,
    gate: OutputGate,
    failure: RouteFailure,
  ): OutputEdge;
  /** The channels that this subtask reads, over all its input edges. */
  openInputs(edges: readonly PlannedEdge[], address: SubtaskAddress): readonly InputChannel[];
}

/** Makes one subtask; nothing is opened yet. */
export function buildSubtask(
  plan: PhysicalPlan,
  graph: LogicalGraph,
  address: SubtaskAddress,
  services: SlotServices,
): Subtask {
  return new SubtaskBuilder(plan, graph, address, services).build();
}

class SubtaskBuilder {
  readonly #plan: PhysicalPlan;
  readonly #graph: LogicalGraph;
  readonly #address: SubtaskAddress;
  readonly #services: SlotServices;
  readonly #task: PlannedTask;
  readonly #gate: OutputGate;
  readonly #counters = new NamedCounters();
  readonly #times: ChainTimes;
  readonly #operators: Operator[];
  readonly #contexts: OperatorContext[] = [];
  readonly #outputs: ChainOutput[] = [];
  /** Operators that may be full, tail first. */
  readonly #fillable: Operator[] = [];

  constructor(
    plan: PhysicalPlan,
    graph: LogicalGraph,
    address: SubtaskAddress,
    services: SlotServices,
  ) {
    const task = plan.tasks[address.task];
    invariant(task !== undefined, 'a subtask belongs to a task of the plan');
    this.#plan = plan;
    this.#graph = graph;
    this.#address = address;
    this.#services = services;
    this.#task = task;
    this.#gate = new OutputGate(task.name, services.overflowBytesMax);
    this.#times = new ChainTimes(task.operators.length);
    this.#operators = new Array<Operator>(task.operators.length);
  }

  build(): Subtask {
    const { operators } = this.#task;
    for (let position = operators.length - 1; position >= 0; position--) {
      this.#operators[position] = this.#makeOperator(position);
    }
    const links = operators.map(({ input }, position): ChainLink => ({
      operator: this.#operators[position] as Operator,
      input: input === undefined ? -1 : this.#positionOf(input.nodeId),
    }));
    const chain = new Chain({
      links,
      outputs: this.#outputs,
      gate: this.#gate,
      times: this.#times,
    });
    const parts = {
      address: this.#address,
      chain,
      gate: this.#gate,
      counters: this.#counters,
      clock: this.#services.clock,
    };
    const spec = this.#specAt(0);
    if (spec.kind === 'source') return this.#makeSource(spec, parts);
    const edges = this.#plan.edges.filter((edge) => edge.toTask === this.#task.index);
    return new InputSubtask({
      ...parts,
      inputs: this.#services.openInputs(edges, this.#address),
      sorted: this.#sortInput(edges, chain),
    });
  }

  #sortInput(edges: readonly PlannedEdge[], chain: Chain): KeySortedInput | undefined {
    const hasBroadcast = edges.some(
      ({ port, shipStrategy }) => port === 1 && shipStrategy === 'BROADCAST',
    );
    if (this.#plan.mode !== 'batch' || !(chain.endsKeys || hasBroadcast)) return undefined;
    const planned = this.#plannedAt(0);
    const failure = (error: unknown, record: unknown): Error =>
      this.#failure(planned, error, record, `Sorting the input of "${planned.name}" failed`);
    const ports: (SortedPort | undefined)[] = [];
    for (const { inputIndex, port, recordType = ANY_TYPE } of edges) {
      if (port === 1 && hasBroadcast) continue; // handed over at once
      const { partitioning } = this.#graph.nodes[planned.nodeId]?.inputs[inputIndex] ?? {};
      const keyOf = partitioning?.kind === 'hash' ? partitioning.keyOf : () => '';
      // United streams may come with types of their own: what fits all of them is self-described.
      const codec = compileCodec(ports[port] === undefined ? recordType : ANY_TYPE);
      ports[port] = { keyOf, codec, failure };
    }
    const { stateMemory, sortBytesMax, spillDirectory } = this.#services;
    const sorter = new SpillingSorter({
      arenaBytesMax: sortBytesMax,
      memory: stateMemory,
      directory: spillDirectory,
    });
    return new KeySortedInput(ports, sorter, chain);
  }

  #makeSource(spec: Extract<OperatorSpec, { kind: 'source' }>, parts: SubtaskParts): Subtask {
    const { source, watermarks, recordsPerSecond = source.recordsPerSecond } = spec;
    const { clock, makers } = this.#services;
    const context = this.#contexts[0];
    invariant(context !== undefined, 'the head has a context');
    return new SourceSubtask({
      ...parts,
      watermarks:
        this.#plan.mode === 'batch' && watermarks !== undefined
          ? timestampsOnly(watermarks)
          : watermarks,
      context,
      pace:
        recordsPerSecond === undefined
          ? undefined
          : new Pace(clock, recordsPerSecond / this.#task.parallelism),
      tell: (event) => {
        this.#services.tellCoordinator(this.#address, event);
      },
      makeReader: (output) => {
        const readerContext = this.#readerContext(context, output);
        return asSplitReader(makers.source(source.kind)(source, readerContext), readerContext);
      },
    });
  }

  #makeOperator(position: number): Operator {
    const planned = this.#plannedAt(position);
    const outputs = this.#openOutputs(planned, position);
    const context = this.#makeContext(planned, position, outputs);
    this.#contexts[position] = context;
    const operator = createOperator(this.#specAt(position), context, (spec) => {
      const writer = this.#services.makers.sink(spec.sink.kind)(
        spec.sink,
        this.#sinkContext(planned),
      );
      return createSink(writer, context, () => {
        this.#gate.recordsOut++;
      });
    });
    if (operator.isFull !== undefined) this.#fillable.push(operator);
    return operator;
  }

  /** Where each output of an operator goes: operators of the chain, and edges that leave it. */
  #openOutputs(planned: PlannedOperator, position: number): ReadonlyMap<string, Emit> {
    const targets = new Map<string, Emit[]>();
    const add = (output: string, emit: Emit): void => {
      targets.set(output, [...(targets.get(output) ?? []), emit]);
    };
    for (const [index, next] of this.#task.operators.entries()) {
      if (next.input?.nodeId !== planned.nodeId) continue;
      const operator = this.#operators[index];
      if (operator !== undefined) add(next.input.output, operator.process.bind(operator));
    }
    for (const edge of this.#plan.edges) {
      if (edge.fromTask !== this.#task.index || edge.fromNode !== planned.nodeId) continue;
      const opened = this.#services.openOutput(
        edge,
        this.#address,
        this.#gate,
        this.#routeFailure(planned, edge),
      );
      this.#outputs.push({ edge: opened, from: position });
      add(edge.output, opened.emit);
    }
    return new Map([...targets].map(([output, emits]) => [output, fanOut(emits)]));
  }

  #makeContext(
    planned: PlannedOperator,
    position: number,
    outputs: ReadonlyMap<string, Emit>,
  ): OperatorContext {
    const { maxParallelism, parallelism } = this.#task;
    const { subtask } = this.#address;
    const { clock, log, stateMemory } = this.#services;
    const { watermarksMs, wakesMs } = this.#times;
    const gate = this.#gate;
    const behind = [...this.#fillable];
    return {
      uid: planned.uid,
      name: planned.name,
      subtaskIndex: subtask,
      parallelism,
      maxParallelism,
      keyGroups: keyGroupRange(maxParallelism, parallelism, subtask),
      mode: this.#plan.mode,
      clock,
      log,
      stateMemory,
      emit: outputs.get(MAIN_OUTPUT) ?? (() => undefined),
      sideOutput: (tag) => outputs.get(tag),
      isBlocked: () => gate.blockedChannels > 0 || isAnyFull(behind),
      currentWatermark: () => watermarksMs[position] as number,
      count: (counter, by) => {
        this.#counters.count(counter, by);
      },
      wakeAt: (timeMs) => {
        wakesMs[position] = Math.min(wakesMs[position] ?? Infinity, timeMs);
      },
      wake: () => {
        wakesMs[position] = -Infinity;
        this.#services.wake();
      },
      fail: (error) => {
        this.#services.fail(this.#address, error);
      },
      failure: (error, record) => this.#failure(planned, error, record),
    };
  }

  /** The function that spreads records over the subtasks of an edge belongs to its consumer, but runs here. */
  #routeFailure(planned: PlannedOperator, edge: PlannedEdge): RouteFailure {
    const consumer = this.#plan.tasks[edge.toTask]?.operators[0]?.name ?? '';
    const what = `The function that partitions the records for "${consumer}" threw`;
    return (error, record) => this.#failure(planned, error, record, what);
  }

  #failure(
    planned: PlannedOperator,
    error: unknown,
    record: unknown,
    what = `The function of "${planned.name}" threw`,
  ): Error {
    // What was thrown further down the chain passes through the functions before it.
    if (error instanceof EngineError && error.details['operator'] !== undefined) return error;
    const details = {
      ...(error instanceof EngineError ? error.details : {}),
      operator: planned.name,
      uid: planned.uid,
      subtask: `${this.#address.subtask + 1} of ${this.#task.parallelism}`,
      ...(record === undefined ? {} : { record: describeRecord(record) }),
    };
    if (error instanceof EngineError) {
      // The stack to show is the one of the job's function.
      return new EngineError(error.code, error.message, { cause: error.cause ?? error, details });
    }
    const reason = error instanceof Error ? error.message : String(error);
    return new EngineError('USER_FUNCTION_FAILED', `${what}: ${reason}`, { cause: error, details });
  }

  #readerContext(operator: OperatorContext, output: SplitOutput): SplitReaderContext {
    const { makers } = this.#services;
    const deadLetters = operator.sideOutput(DEAD_LETTER_OUTPUT);
    return {
      ...this.#connectorContext(this.#plannedAt(0)),
      ...output,
      deadLetter: (value, problem) => {
        operator.count('invalidRecords');
        deadLetters?.({ value, problem }, NO_TIMESTAMP);
      },
      requestSplits: () => {
        this.#services.tellCoordinator(this.#address, { kind: 'split-request' });
      },
      sendEvent: (event) => {
        this.#services.tellCoordinator(this.#address, { kind: 'event', event });
      },
      makeReader: (spec, context) =>
        asSplitReader(makers.source(spec.kind)(spec, context), context),
    };
  }

  #connectorContext(planned: PlannedOperator) {
    const { clock, log } = this.#services;
    return {
      subtaskIndex: this.#address.subtask,
      parallelism: this.#task.parallelism,
      clock,
      log,
      wake: () => {
        this.#services.wake();
      },
      fail: (error: unknown) => {
        const isOurs = error instanceof EngineError;
        const told = isOurs ? this.#failure(planned, error, undefined) : error;
        this.#services.fail(this.#address, told);
      },
      count: (counter: string, by?: number) => {
        this.#counters.count(counter, by);
      },
    };
  }

  #sinkContext(planned: PlannedOperator): SinkContext {
    return {
      ...this.#connectorContext(planned),
      jobId: this.#services.jobId,
      collect: (value) => {
        this.#services.collect(value);
      },
    };
  }

  #plannedAt(position: number): PlannedOperator {
    const planned = this.#task.operators[position];
    invariant(planned !== undefined, 'a position is inside the chain');
    return planned;
  }

  #specAt(position: number): OperatorSpec {
    const node = this.#graph.nodes[this.#plannedAt(position).nodeId];
    invariant(node !== undefined, 'a planned operator is a node of the graph');
    return node.spec;
  }

  #positionOf(nodeId: number): number {
    return this.#task.operators.findIndex((operator) => operator.nodeId === nodeId);
  }
}

function createOperator(
  spec: OperatorSpec,
  context: OperatorContext,
  makeSink: (spec: Extract<OperatorSpec, { kind: 'sink' }>) => Operator,
): Operator {
  switch (spec.kind) {
    case 'source':
      return { process: context.emit };
    case 'map':
      return createMap(spec, context);
    case 'filter':
      return createFilter(spec, context);
    case 'flat-map':
      return createFlatMap(spec, context);
    case 'process':
      return createProcess(spec, context);
    case 'timestamps':
      return createTimestamps(spec, context);
    case 'keyed-process':
      return createKeyedProcess(spec, context);
    case 'async-map':
      return createAsyncMap(spec, context);
    case 'co-process':
      return createCoProcess(spec, context);
    case 'keyed-co-process':
      return createKeyedCoProcess(spec, context);
    case 'broadcast':
      return createBroadcast(spec, context);
    case 'keyed-broadcast':
      return createKeyedBroadcast(spec, context);
    case 'keyed-reduce':
      return createKeyedReduce(spec, context);
    case 'window':
      return createWindow(spec, context);
    case 'partition-window':
      return createPartitionWindow(spec, context);
    case 'detect':
      return createDetect(spec, context);
    case 'general-window':
      return createGeneralWindow(spec, context);
    case 'custom':
      return createCustom(spec, context);
    case 'sink':
      return makeSink(spec);
    default:
      return createRelational(spec, context);
  }
}

function isAnyFull(operators: readonly Operator[]): boolean {
  for (const operator of operators) if (operator.isFull?.() === true) return true;
  return false;
}

/** One closure, whatever the number of receivers. */
function fanOut(emits: readonly Emit[]): Emit {
  const [first, second] = emits;
  if (first !== undefined && second === undefined) return first;
  return (value, timestampMs) => {
    for (const emit of emits) emit(value, timestampMs);
  };
}
