// Small jobs as plans, compiled by the real compiler: what placement, deployment and execution are tested with.

import { Environment } from '../../runtime/api/environment.ts';
import { fromSequence } from '../../runtime/connectors/collection/spec.ts';
import { collect } from '../../runtime/connectors/collect/spec.ts';
import { compileGraph } from '../../runtime/graph/compile.ts';
import type { ExecutionMode } from '../../runtime/core/execution-mode.ts';
import type { PlannedJob } from '../../runtime/program/plan-job.ts';
import { z } from 'zod';

/** A job of the calls in `build`, ready to run. */
export function planOf(
  build: (env: Environment) => void,
  parallelism = 2,
  mode: ExecutionMode = 'streaming',
): PlannedJob {
  const env = new Environment();
  build(env);
  const { graph } = env;
  const job = { name: 'small', parameters: z.object({}), build: () => undefined };
  const plan = compileGraph(graph, { jobName: 'small', parallelism, mode, parameters: {} });
  return { job, parameters: {}, graph, plan };
}

/** source -> keyed sum -> sink, as two tasks of the given parallelism. */
export function keyedPlan(parallelism = 2): PlannedJob {
  return planOf((env) => {
    env
      .from(fromSequence(1, 100))
      .keyBy((value) => value % 7)
      .reduce((left, right) => left + right)
      .to(collect());
  }, parallelism);
}
