// graph/explain.ts: the text of a plan, as a person reads it.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { count } from '../../../runtime/api/aggregate.ts';
import { outputTag } from '../../../runtime/api/output-tag.ts';
import { tumbling } from '../../../runtime/api/windows.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import { discard } from '../../../runtime/connectors/discard/spec.ts';
import { explainPlan, listOperators } from '../../../runtime/graph/explain.ts';
import { planOf } from '../../support/test-plan.ts';

const Trade = z.object({ shop: z.string(), price: z.number() });

const { plan } = planOf((env) => {
  const window = env
    .from(fromCollection([{ shop: 'a', price: 1 }]))
    .typed(Trade)
    .keyBy('shop')
    .window(tumbling({ sizeMs: 1000 }))
    .aggregate({ trades: count() })
    .uid('turnover')
    .maxParallelism(64);
  window.to(discard());
  window.sideOutput(outputTag('odd')).rebalance().to(discard()).slotSharingGroup('aside');
});

describe('a plan', () => {
  it('is explained task by task', () => {
    expect(explainPlan(plan)).toStrictEqual([
      `job small (bounded), plan ${plan.hash.slice(0, 12)}, 4 slots`,
      '',
      'task 0: parallelism 1, 128 key groups',
      '  source: collection(1)  [source, uid source-1]',
      '',
      'task 1: parallelism 2, 64 key groups',
      '  <- task 0 HASH: { shop: string }, not sent: price',
      '  window: aggregate  [window, uid turnover]',
      '  -> discard  [sink, uid sink-3]',
      '',
      'task 2: parallelism 2, 128 key groups, slot sharing group aside',
      '  <- task 1 REBALANCE, output odd: type inferred from the records; odd shapes travel self-described',
      '  discard  [sink, uid sink-4]',
    ]);
  });

  it('is listed an operator a line', () => {
    expect(listOperators(plan)).toStrictEqual([
      'task 0 x1/128 default | source | uid source-1 | source: collection(1)',
      'task 1 x2/64 default | window | uid turnover | window: aggregate | from task 0 HASH: { shop: string }, not sent: price',
      'task 1 x2/64 default | sink | uid sink-3 | discard',
      'task 2 x2/128 aside | sink | uid sink-4 | discard | from task 1 REBALANCE, output odd: type inferred from the records; odd shapes travel self-described',
    ]);
  });
});
