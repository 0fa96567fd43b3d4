// From a job's definition to its graph and plan: the same call in the coordinator, in every slot, in `millrace explain`
// and in the deployment's preview.

import { Environment } from '../api/environment.ts';
import type { JobDefinition } from '../api/job.ts';
import { EngineError } from '../core/errors.ts';
import { compileGraph } from '../graph/compile.ts';
import type { LogicalGraph } from '../graph/logical.ts';
import type { PhysicalPlan } from '../graph/physical.ts';
import type { ExecutionMode } from '../core/execution-mode.ts';

/** A job that is ready to run. */
export interface PlannedJob {
  readonly job: JobDefinition;
  /** After the job's own schema: defaults filled in, durations in milliseconds. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly graph: LogicalGraph;
  readonly plan: PhysicalPlan;
}

/** What whoever runs a job decides about it, besides its parameters. */
export interface PlanOptions {
  /** Of operators that set none. */
  readonly parallelism: number;
  /** @default 'streaming' */
  readonly mode?: ExecutionMode | undefined;
}

/** Throws `PARAMETERS_INVALID` with every problem, `JOB_INVALID`. */
export function planJob(
  job: JobDefinition,
  parameters: Readonly<Record<string, unknown>>,
  { parallelism, mode }: PlanOptions,
): PlannedJob {
  const parsed = job.parameters.strict().safeParse(parameters);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.map(String).join('.') || 'parameters'}: ${issue.message}`,
    );
    throw new EngineError(
      'PARAMETERS_INVALID',
      `The parameters of ${job.name} are not valid: ${listProblems(problems)}`,
    );
  }
  const environment = new Environment();
  build(job, environment, parsed.data);
  const { graph } = environment;
  const plan = compileGraph(graph, {
    jobName: job.name,
    parallelism,
    mode,
    parameters: parsed.data,
  });
  return { job, parameters: parsed.data, graph, plan };
}

/** A single problem fits on the line. */
function listProblems(problems: readonly string[]): string {
  return problems.length === 1 ? (problems[0] ?? '') : `\n  - ${problems.join('\n  - ')}`;
}

function build(
  job: JobDefinition,
  environment: Environment,
  parameters: Record<string, unknown>,
): void {
  try {
    job.build(environment, parameters);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('JOB_INVALID', `build() of ${job.name} failed: ${reason}`, { cause });
  }
}
