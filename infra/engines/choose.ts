// The engine of a stack, set up from its config.

import type { JobPlan } from '../components/cluster-settings.ts';
import { renderEnvironments } from '../engine-settings.ts';
import type { StackConfig } from '../stack-schema.ts';
import type { Engine } from './engine.ts';
import { makeFlink } from './flink/engine.ts';
import { gatherFacts, isFlinkStack } from './flink/facts.ts';
import { makeMillrace } from './millrace.ts';

/** `imageName` is what the image will be, known before it is built. */
export function chooseEngine(config: StackConfig, plan: JobPlan, imageName: string): Engine {
  if (isFlinkStack(config)) return makeFlink(gatherFacts(config, imageName));
  return makeMillrace({
    instance: config.kubernetes.name,
    environments: renderEnvironments(config),
    planHash: plan.hash,
    coordinatorMemoryBytes: config.coordinator.memory,
    jobDirectoryBytesMax: config.workers.jobDirectory,
  });
}
