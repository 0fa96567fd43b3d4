// What a container asks for and is held to.

import type * as k8s from '@pulumi/kubernetes';
import { cpuQuantity, memoryQuantity } from '../quantity.ts';

const MIB = 1024 ** 2;
/** Share of the memory that V8 may take; the rest is Node itself and the buffers of its sockets. */
const HEAP_SHARE = 0.7;

/** Cores in thousandths; no limit means that idle cores of the node may be used. */
export interface CpuShare {
  readonly request: number;
  readonly limit?: number | undefined;
}

/** What a container of the engine gets. */
export interface ContainerSize {
  readonly cpu: CpuShare;
  readonly memoryBytes: number;
  /** On the node's disk: directories that live as long as the pod, and the log. */
  readonly diskBytes: number;
}

/**
 * Memory and disk are requested in full, so that a node never has to take some of it back from a worker with state; cores
 * are only reserved, since a limit would slow a worker down while the node has cores to spare.
 */
export function containerResources(
  size: ContainerSize,
): k8s.types.input.core.v1.ResourceRequirements {
  const { cpu } = size;
  const bound = {
    memory: memoryQuantity(size.memoryBytes),
    'ephemeral-storage': memoryQuantity(size.diskBytes),
  };
  const cpuLimit = cpu.limit === undefined ? {} : { cpu: cpuQuantity(cpu.limit) };
  return {
    requests: { cpu: cpuQuantity(cpu.request), ...bound },
    limits: { ...cpuLimit, ...bound },
  };
}

/** V8 does not see the limit of the container; left alone it may grow beyond it and be killed. */
export function limitHeap(memoryBytes: number): k8s.types.input.core.v1.EnvVar {
  const mebibytes = Math.floor((memoryBytes * HEAP_SHARE) / MIB);
  return { name: 'NODE_OPTIONS', value: `--max-old-space-size=${mebibytes}` };
}
