// Runs a job on an embedded cluster of real processes, without a terminal or a page: for tests and benchmarks.

import { EmbeddedCluster } from '../../runtime/cli/embedded-cluster.ts';
import { loadSettings } from '../../runtime/config/load.ts';
import type { JobExecution } from '../../runtime/coordinator/job-execution.ts';
import { silentLog } from '../../runtime/core/log.ts';

export interface EmbeddedRunOptions {
  readonly workers?: number;
  readonly slots?: number;
  readonly parallelism?: number;
  /** Further settings, as environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called once the cluster is up and the job submitted. */
  readonly during?: (cluster: EmbeddedCluster) => Promise<void>;
}

/** A started cluster whose slots have all registered. The caller stops it. */
export async function startCluster(options: EmbeddedRunOptions = {}): Promise<EmbeddedCluster> {
  const { workers = 1, slots = 2 } = options;
  const cluster = await EmbeddedCluster.start({
    workers,
    settings: loadSettings({
      TASK_MANAGER_NUMBER_TASK_SLOTS: String(slots),
      MILLRACE_LOG_LEVEL: 'error',
      ...options.environment,
    }),
    log: silentLog,
    onOutput: (stream, text) => {
      if (stream === 'stderr') process.stderr.write(text);
    },
  });
  await cluster.coordinator.waitForSlots(workers * slots);
  return cluster;
}

/** Runs a job module to its end, whatever that is. */
export async function runEmbedded(
  module: URL,
  parameters: Readonly<Record<string, unknown>> = {},
  options: EmbeddedRunOptions = {},
): Promise<JobExecution> {
  const { workers = 1, slots = 2 } = options;
  const cluster = await startCluster(options);
  try {
    const id = await cluster.coordinator.submit({
      module: module.href,
      parameters,
      parallelism: options.parallelism ?? workers * slots,
    });
    await options.during?.(cluster);
    return await cluster.coordinator.waitForEnd(id);
  } finally {
    await cluster.stop();
  }
}

/** A job of `test/golden/jobs/`. */
export function testJob(name: string): URL {
  return new URL(`../golden/jobs/${name}.ts`, import.meta.url);
}
