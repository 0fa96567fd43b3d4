// Every operator without state, side by side, and how records are told apart at the end: each result names its branch.

import { z } from 'zod';
import { collect, defineJob, fromSequence, outputTag, type Stream } from '../../../runtime/index.ts';

const THIRDS = outputTag<{ readonly third: number }>('thirds');
const UNHEARD = outputTag<number>('nobody listens');
const Reading = z.object({ id: z.int().min(0), level: z.number().max(90) });

/** A result and the branch it comes from. */
export interface Branch {
  readonly branch: string;
  readonly value: unknown;
}

/** Names the branch of each record of a stream. */
function tag<T>(branch: string, stream: Stream<T>): Stream<Branch> {
  return stream.map((value) => ({ branch, value }));
}

export default defineJob({
  name: 'stateless',
  parameters: z.object({ records: z.number() }),
  build(env, { records }) {
    const numbers = env.from(fromSequence(0, records - 1)).uid('numbers');
    const squares = numbers.map((value) => value * value);
    const even = numbers.rebalance().filter((value) => value % 2 === 0);
    const repeated = numbers.rebalance().flatMap(function* (value) {
      for (let times = 0; times < value % 4; times++) yield `${value}#${times}`;
    });
    const routed = numbers.rebalance().process<number>((value, context) => {
      context.count('seen');
      if (value % 3 === 0) context.output(THIRDS, { third: value });
      else if (value % 5 === 0) context.output(UNHEARD, value);
      else context.emit(value);
    });
    const readings = numbers
      .map((id): unknown => (id % 7 === 0 ? { id: -id, level: 'high' } : { id, level: id % 100 }))
      .rebalance()
      .validated(Reading);
    const branches = [
      tag('map', squares),
      tag('filter', even),
      tag('flatMap', repeated),
      tag('process', routed),
      tag('side', routed.sideOutput(THIRDS)),
      tag('union', squares.union(even, even)),
      tag('valid', readings),
      tag('dead', readings.deadLetters()),
    ];
    for (const branch of branches) branch.to(collect());
  },
});
