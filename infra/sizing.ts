// The figures people plan with, from a stack's config alone: slots, the memory budget of a worker, quota, and the two
// formulas P = N / M and T = N / R. Pure, so that they stand in the preview before anything runs.

import { defaultHeapBytes, findMemoryProblem, splitMemory } from '../runtime/deployment.ts';
import type { MemoryRequest } from '../runtime/deployment.ts';
import { listParts, splitTaskManager } from './engines/flink/memory-model.ts';
import { taskManagerRequestOf } from './engines/flink/options.ts';
import { cpuQuantity, memoryQuantity } from './quantity.ts';
import type { StackConfig } from './stack-schema.ts';

/** Workers and slots at both ends of the scale; the ends are equal without an autoscaler. */
export interface SlotRange {
  readonly workersMin: number;
  readonly workersMax: number;
  readonly min: number;
  readonly max: number;
}

/** One line of the memory table: what a part is for, and its size in MiB. */
export interface MemoryBudgetLine {
  readonly part: string;
  readonly mebibytes: number;
}

/** P and T of a job, with the figures they come from. */
export interface SizingReport {
  /** P = N / M: records that one partition holds. */
  readonly recordsPerPartition: number;
  /** T = N / R: seconds in which a run of N records drains. */
  readonly secondsToDrain: number;
  readonly formula: string;
}

type Sized = Pick<StackConfig, 'workers' | 'autoscaling'>;

/** How many workers and slots the stack may have. */
export function sizeSlots({ workers, autoscaling }: Sized): SlotRange {
  const fixed = workers.replicas ?? 1;
  const workersMin = autoscaling.mode === 'none' ? fixed : autoscaling.minReplicas;
  const workersMax = autoscaling.mode === 'none' ? fixed : autoscaling.maxReplicas;
  const { slots } = workers;
  return { workersMin, workersMax, min: workersMin * slots, max: workersMax * slots };
}

/**
 * What operators that set none run at: all slots of the smallest cluster, unless the stack says it. The pods are told this
 * number, so that the plan in a preview is the plan that runs.
 */
export function parallelismOf(config: Sized & Pick<StackConfig, 'job'>): number {
  return config.job.parallelism ?? sizeSlots(config).min;
}

/** What our own engine's memory model is asked for. */
export function memoryRequestOf({ memory, slots }: StackConfig['workers']): MemoryRequest {
  return {
    limitBytes: memory.total,
    heapBytes: memory.heap ?? defaultHeapBytes(memory.total),
    networkBytes: memory.network,
    slots,
  };
}

/** What is left for state tables, or undefined when the parts do not add up. */
export function stateBytesOf(workers: StackConfig['workers']): number | undefined {
  const request = memoryRequestOf(workers);
  return findMemoryProblem(request) === undefined ? splitMemory(request).stateBytes : undefined;
}

/** The split of one worker's memory by its engine's model; the last line is the sum and the container's limit. */
export function budgetMemory({
  workers,
  engine,
}: Pick<StackConfig, 'workers' | 'engine'>): readonly MemoryBudgetLine[] {
  const parts =
    engine.kind === 'flink'
      ? listParts(splitTaskManager(taskManagerRequestOf({ workers, engine })))
      : listOwnParts(workers);
  // To a tenth: Flink's fractions do not end in whole MiB.
  return parts.map(([part, bytes]) => ({
    part,
    mebibytes: Math.round((bytes / 1024 ** 2) * 10) / 10,
  }));
}

function listOwnParts(workers: StackConfig['workers']): readonly (readonly [string, number])[] {
  const memory = splitMemory(memoryRequestOf(workers));
  return [
    ['overhead', memory.overheadBytes],
    ['network buffers', memory.networkBytes],
    ['state', memory.stateBytes],
    [`heap, ${workers.slots} slots`, memory.heapBytesPerSlot * workers.slots],
    ['limit', memory.limitBytes],
  ];
}

/** P and T, or undefined when the stack gives no figures. */
export function reportSizing({ sizing }: StackConfig['job']): SizingReport | undefined {
  if (sizing === undefined) return undefined;
  const { records, partitions, recordsPerSecond } = sizing;
  const recordsPerPartition = records / partitions;
  const secondsToDrain = records / recordsPerSecond;
  return {
    recordsPerPartition,
    secondsToDrain,
    formula:
      `P = N/M = ${records}/${partitions} = ${recordsPerPartition} records, ` +
      `T = N/R = ${records}/${recordsPerSecond} = ${secondsToDrain} s`,
  };
}

/**
 * Room for the largest cluster while it is rolled: a worker that is told to stop drains while its successor runs already, so
 * there may be all of them twice, and those that start ahead; of the coordinator, the one that ends, the one that starts,
 * and the preflight. A lower quota would not keep a roll from finishing, but slow it down.
 */
export function sizeQuota(
  config: Sized & Pick<StackConfig, 'coordinator'>,
): Record<string, string> {
  const { workers, coordinator } = config;
  const workerCount = 2 * sizeSlots(config).workersMax + workers.surge;
  const coordinatorCount = 3;
  const millicores = workerCount * workers.cpu.request + coordinatorCount * coordinator.cpu.request;
  const memory = memoryQuantity(
    workerCount * workers.memory.total + coordinatorCount * coordinator.memory,
  );
  return {
    pods: String(workerCount + coordinatorCount),
    'requests.cpu': cpuQuantity(millicores),
    'requests.memory': memory,
    'limits.memory': memory,
  };
}
