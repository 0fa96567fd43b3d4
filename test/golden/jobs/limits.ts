// Jobs that go over one limit each.

import { z } from 'zod';
import {
  collect,
  count,
  defineJob,
  discard,
  fromSequence,
  generate,
  monotonousTimestamps,
  outputTag,
  tumbling,
} from '../../../runtime/index.ts';

export const LIMITS = [
  'record type',
  'record size',
  'overflow',
  'state',
  'network',
  'key',
  'timestamp',
  'collected value',
  'side output',
] as const;

const MIB = 1024 ** 2;

export default defineJob({
  name: 'limits',
  parameters: z.object({ limit: z.enum(LIMITS) }),
  build(env, { limit }) {
    const numbers = env.from(fromSequence(0, 999));
    switch (limit) {
      case 'record type':
        numbers
          .map((value) => ({ value: value === 77 ? ('seventy-seven' as unknown as number) : value }), {
            type: z.object({ value: z.int() }),
          })
          .named('suspect')
          .rebalance()
          .map((record) => record)
          .to(discard());
        return;
      case 'record size':
        numbers
          .map((value) => (value === 77 ? 'x'.repeat(2 * MIB) : 'short'))
          .named('suspect')
          .rebalance()
          .map((record) => record)
          .to(discard());
        return;
      case 'overflow':
        numbers
          .flatMap(function* () {
            for (;;) yield 'x'.repeat(1_000);
          })
          .named('suspect')
          .rebalance()
          .map((record) => record)
          .to(discard());
        return;
      case 'state':
        env
          .from(generate({ make: (index) => ({ key: index }) }), {
            watermarks: monotonousTimestamps({ timestamp: () => 0 }),
          })
          .keyBy('key')
          .window(tumbling({ sizeMs: 1_000 }))
          .aggregate({ records: count() })
          .named('suspect')
          .to(discard());
        return;
      case 'network': {
        let stream = numbers.rebalance().map((value) => value);
        for (let step = 0; step < 20; step++) stream = stream.rebalance().map((value) => value);
        stream.to(discard());
        return;
      }
      case 'key':
        numbers
          .map((value) => ({ key: value === 77 ? (null as unknown as string) : `${value}` }))
          .named('suspect')
          .keyBy('key')
          .reduce((_, right) => right)
          .to(discard());
        return;
      case 'timestamp':
        numbers
          .keyBy((value) => value)
          .window(tumbling({ sizeMs: 1_000 }))
          .aggregate({ records: count() })
          .named('suspect')
          .to(discard());
        return;
      case 'collected value':
        numbers
          .map((value) => ({ value: (): number => value }))
          .to(collect())
          .named('suspect');
        return;
      case 'side output':
        numbers
          .process<number>((value, context) => {
            context.output(outputTag(value === 77 ? '' : 'side'), value);
          })
          .named('suspect')
          .to(discard());
    }
  },
});
