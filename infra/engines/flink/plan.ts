// What a preview shows of a Flink job. Its graph is made by its main method in the JobManager, so that these are the decisions
// of the stack: what runs, on how many slots, and what it starts from.

import type { JobPlan } from '../../components/cluster-settings.ts';
import type { FlinkFacts } from './facts.ts';

/** The hash changes with all that makes it another job, which then starts from `engine.restoreFrom`. */
export function planFlink({ config, generation, parallelism, store }: FlinkFacts): JobPlan {
  const { engine, coordinator } = config;
  const { restoreFrom, args } = engine;
  const start =
    restoreFrom?.kind === 'snapshot' ? `the snapshot ${restoreFrom.path}` : 'nothing: empty state';
  return {
    lines: [
      `job ${engine.mainClass}`,
      `engine flink ${engine.version}`,
      `parallelism ${parallelism ?? 'all slots (reactive mode)'}`,
      `generation ${generation}: a new one starts from ${start}`,
      `after a failure of the JobManager ${coordinator.highAvailability ? 'it goes on from its last checkpoint' : `it starts from ${start}`}`,
      `checkpoints in ${store ?? "the JobManager's memory"}`,
      ...args.map((argument) => `argument ${argument}`),
    ],
    hash: generation.slice(generation.lastIndexOf('-') + 1),
  };
}
