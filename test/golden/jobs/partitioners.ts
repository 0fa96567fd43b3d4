// Each way of spreading records, seen from both ends: every record says in which slot it was made and where it arrived.

import { threadId } from 'node:worker_threads';
import { z } from 'zod';
import { collect, defineJob, fromSequence, type Stream } from '../../../runtime/index.ts';

/** A record with the slots it has seen. */
export interface Trip {
  readonly branch: string;
  readonly value: number;
  readonly from: string;
  readonly to: string;
}

/** One of a kind for each slot. */
function slot(): string {
  return `${process.pid}/${threadId}`;
}

export default defineJob({
  name: 'partitioners',
  parameters: z.object({ records: z.number(), wide: z.number(), narrow: z.number() }),
  build(env, { records, wide, narrow }) {
    const starts = (subtasks: number): Stream<{ readonly value: number; readonly from: string }> =>
      env
        .from(fromSequence(0, records - 1))
        .parallelism(subtasks)
        .map((value) => ({ value, from: slot() }))
        .parallelism(subtasks);
    const arrive = (branch: string, stream: ReturnType<typeof starts>, subtasks: number): void => {
      stream
        .map(({ value, from }): Trip => ({ branch, value, from, to: slot() }))
        .parallelism(subtasks)
        .startNewChain()
        .to(collect<Trip>())
        .parallelism(subtasks)
        .disableChaining();
    };
    arrive('forward', starts(wide).forward(), wide);
    arrive('rebalance', starts(wide).rebalance(), wide);
    arrive('rescale down', starts(wide).rescale(), narrow);
    arrive('rescale up', starts(narrow).rescale(), wide);
    arrive('shuffle', starts(wide).shuffle(), wide);
    arrive('broadcast', starts(narrow).broadcast(), wide);
    arrive('global', starts(wide).global(), wide);
    arrive('partitionBy', starts(wide).partitionBy((record, subtasks) => record.value % subtasks), wide);
    arrive('auto', starts(narrow), wide);
  },
});
