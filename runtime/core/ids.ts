// Names of things that travel: branded, so that a job's id is never passed where a worker's is wanted.
// Making an id needs randomness, which comes in by argument.

import type { Random } from './random.ts';

declare const brand: unique symbol;
type Branded<Kind extends string> = string & { readonly [brand]: Kind };

/** One execution of a job program; 32 lowercase hex digits, as in Flink's REST API. */
export type JobId = Branded<'job'>;
/** One worker process, for as long as it lives; a restarted worker gets a new one. */
export type WorkerId = Branded<'worker'>;
/** A vertex of the physical plan: one chain of operators; 32 hex digits, derived from the uids in it. */
export type TaskId = Branded<'task'>;

/** 32 lowercase hex digits. */
export function makeJobId(random: Random): JobId {
  return randomHex(random, 8) as JobId;
}

/** A readable prefix, then 8 hex digits: `worker-3fa90b12`. */
export function makeWorkerId(random: Random): WorkerId {
  return `worker-${randomHex(random, 2)}` as WorkerId;
}

function randomHex(random: Random, words16: number): string {
  let hex = '';
  for (let word = 0; word < words16; word++) {
    hex += Math.floor(random.next() * 0x10000)
      .toString(16)
      .padStart(4, '0');
  }
  return hex;
}
