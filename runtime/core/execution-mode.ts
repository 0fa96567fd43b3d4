// How a job runs over its input. Chosen when it is run, not when it is written.

/**
 * `streaming`: results as they become known. `batch`: of bounded input, final results only, and no more state than
 * the result of one key needs (Flink: execution.runtime-mode).
 */
export type ExecutionMode = 'streaming' | 'batch';
