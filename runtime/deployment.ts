// The door between where Millrace runs and what runs: all that infra/ may import from runtime/. It shows the settings and
// their rendering to a container's environment, the memory model, and the plan of a job; nothing that opens a socket.

export { DEFAULTS, defaultHeapBytes } from './config/defaults.ts';
export { ENVIRONMENT, SETTING_NAMES, renderEnvironment } from './config/environment.ts';
export type { Role } from './config/environment.ts';
export { findSettingProblems } from './config/load.ts';
export { findMemoryProblem, splitMemory } from './config/memory-model.ts';
export type { MemoryRequest } from './config/memory-model.ts';
export { settingsShape } from './config/schema.ts';
export type { SettingName, Settings } from './config/schema.ts';
export { EngineError } from './core/errors.ts';
export { parseDurationMs, parseSizeBytes } from './core/quantity.ts';
export { describeJob } from './program/describe-job.ts';
export type { JobDescription } from './program/describe-job.ts';
