// What a container asks for and is held to.

import type * as k8s from '@pulumi/kubernetes';
import { cpuQuantity, memoryQuantity } from '../quantity.ts';

/** Cores in thousandths; no limit means that idle cores of the node may be used. */
export interface CpuShare {
  readonly request: number;
  readonly limit?: number | undefined;
}

/** Memory is requested in full, so that a node never has to take some of it back from a worker with state. */
export function containerResources(
  cpu: CpuShare,
  memoryBytes: number,
): k8s.types.input.core.v1.ResourceRequirements {
  const memory = memoryQuantity(memoryBytes);
  const cpuLimit = cpu.limit === undefined ? {} : { cpu: cpuQuantity(cpu.limit) };
  return {
    requests: { cpu: cpuQuantity(cpu.request), memory },
    limits: { ...cpuLimit, memory },
  };
}
