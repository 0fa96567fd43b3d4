// graph/compile.ts: chaining, parallelism, projection, slots and the plan's hash, on graphs made by the real API.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { count, sum } from '../../../runtime/api/aggregate.ts';
import type { Environment } from '../../../runtime/api/environment.ts';
import type { OperatorStream } from '../../../runtime/api/stream.ts';
import { tumbling } from '../../../runtime/api/windows.ts';
import { fromCollection, fromSequence } from '../../../runtime/connectors/collection/spec.ts';
import { discard } from '../../../runtime/connectors/discard/spec.ts';
import type { PhysicalPlan } from '../../../runtime/graph/physical.ts';
import { planOf } from '../../support/test-plan.ts';

type Numbers = OperatorStream<number>;

/** The chains of a plan, by the operators' names. */
function chains(build: (numbers: Numbers, env: Environment) => void, parallelism = 2): string[] {
  return planFrom(build, parallelism).tasks.map(({ name }) => name);
}

function planFrom(
  build: (numbers: Numbers, env: Environment) => void,
  parallelism = 2,
): PhysicalPlan {
  return planOf((env) => {
    build(env.from(fromSequence(1, 9)).named('source'), env);
  }, parallelism).plan;
}

const same = (value: number): number => value;

describe('chaining (I1)', () => {
  it('joins operators of one parallelism into one task', () => {
    expect(
      chains((numbers) =>
        numbers
          .map(same)
          .filter(() => true)
          .to(discard()),
      ),
    ).toStrictEqual(['source -> map -> filter -> discard']);
  });

  it.each<[string, (numbers: Numbers, env: Environment) => void, string[]]>([
    [
      'another parallelism',
      (numbers) => numbers.map(same).parallelism(3).to(discard()).parallelism(3),
      ['source', 'map -> discard'],
    ],
    [
      'rebalance()',
      (numbers) => numbers.rebalance().map(same).to(discard()),
      ['source', 'map -> discard'],
    ],
    [
      'rescale()',
      (numbers) => numbers.rescale().map(same).to(discard()),
      ['source', 'map -> discard'],
    ],
    [
      'broadcast()',
      (numbers) => numbers.broadcast().map(same).to(discard()),
      ['source', 'map -> discard'],
    ],
    [
      'global()',
      (numbers) => numbers.global().map(same).to(discard()),
      ['source', 'map -> discard'],
    ],
    [
      'partitionBy()',
      (numbers) =>
        numbers
          .partitionBy(() => 0)
          .map(same)
          .to(discard()),
      ['source', 'map -> discard'],
    ],
    [
      'keyBy()',
      (numbers) => numbers.keyBy(same).reduce(same).to(discard()),
      ['source', 'reduce -> discard'],
    ],
    [
      'another slot sharing group',
      (numbers) => numbers.map(same).slotSharingGroup('x').to(discard()),
      ['source', 'map -> discard'],
    ],
    [
      'startNewChain()',
      (numbers) => numbers.map(same).startNewChain().to(discard()),
      ['source', 'map -> discard'],
    ],
    [
      'disableChaining()',
      (numbers) => numbers.map(same).disableChaining().to(discard()),
      ['source', 'map', 'discard'],
    ],
    [
      'several inputs',
      (numbers) => numbers.union(numbers.map(same)).to(discard()),
      ['source -> map', 'discard'],
    ],
  ])('is prevented by %s', (_reason, build, expected) => {
    expect(chains(build)).toStrictEqual(expected);
  });

  it('goes on through forward() and branches', () => {
    const built = chains((numbers) => {
      numbers.forward().map(same).named('left').to(discard());
      numbers.map(same).named('right').to(discard());
    });
    expect(built).toStrictEqual(['source -> left -> discard -> right -> discard']);
  });

  it('keeps the input of each operator inside its chain', () => {
    const { tasks } = planFrom((numbers) => {
      numbers.map(same).to(discard());
      numbers.map(same).to(discard());
    });
    expect(tasks[0]!.operators.map(({ input }) => input?.nodeId)).toStrictEqual([
      undefined,
      0,
      1,
      0,
      3,
    ]);
  });
});

describe('edges', () => {
  it.each<[string, (numbers: Numbers) => void, string]>([
    [
      'auto to another parallelism',
      (numbers) => numbers.map(same).parallelism(3).to(discard()),
      'REBALANCE',
    ],
    [
      'auto to the same parallelism',
      (numbers) => numbers.map(same).disableChaining().to(discard()),
      'FORWARD',
    ],
    ['forward', (numbers) => numbers.forward().map(same).startNewChain().to(discard()), 'FORWARD'],
    ['rebalance', (numbers) => numbers.rebalance().map(same).to(discard()), 'REBALANCE'],
    ['rescale', (numbers) => numbers.rescale().map(same).to(discard()), 'RESCALE'],
    ['shuffle', (numbers) => numbers.shuffle().map(same).to(discard()), 'SHUFFLE'],
    ['broadcast', (numbers) => numbers.broadcast().map(same).to(discard()), 'BROADCAST'],
    ['global', (numbers) => numbers.global().map(same).to(discard()), 'GLOBAL'],
    ['keyBy', (numbers) => numbers.keyBy(same).reduce(same).to(discard()), 'HASH'],
    [
      'partitionBy',
      (numbers) =>
        numbers
          .partitionBy(() => 0)
          .map(same)
          .to(discard()),
      'CUSTOM',
    ],
  ])('of %s', (_name, build, expected) => {
    expect(planFrom(build).edges[0]?.shipStrategy).toBe(expected);
  });

  it('of a union keep the partitioning of each stream', () => {
    const { edges } = planFrom((numbers, env) => {
      const others = env.from(fromSequence(1, 3));
      numbers.rebalance().union(others.broadcast(), numbers).to(discard());
    });
    expect(edges.map(({ shipStrategy, inputIndex }) => [shipStrategy, inputIndex])).toStrictEqual([
      ['REBALANCE', 0],
      ['BROADCAST', 1],
      ['FORWARD', 2],
    ]);
  });
});

describe('parallelism', () => {
  it('is the operator’s own, else the job’s, else what the connector allows', () => {
    const { plan } = planOf((env) => {
      env
        .from(fromCollection([1, 2]))
        .map(same)
        .keyBy(same)
        .reduce(same)
        .parallelism(7)
        .maxParallelism(70)
        .to(discard());
    }, 3);
    expect(
      plan.tasks.map(({ name, parallelism, maxParallelism }) => [
        name,
        parallelism,
        maxParallelism,
      ]),
    ).toStrictEqual([
      ['source: collection(2)', 1, 128],
      ['map', 3, 128],
      ['reduce', 7, 70],
      ['discard', 3, 128],
    ]);
    expect(plan.slotsNeeded).toBe(7);
  });

  it('needs the widest task of each slot sharing group, summed', () => {
    const { slotsNeeded, tasks } = planFrom((numbers) =>
      numbers
        .map(same)
        .parallelism(5)
        .slotSharingGroup('x')
        .map(same)
        .parallelism(3)
        .to(discard())
        .slotSharingGroup('default')
        .parallelism(4),
    );
    expect(tasks.map(({ slotSharingGroup }) => slotSharingGroup)).toStrictEqual([
      'default',
      'x',
      'x',
      'default',
    ]);
    expect(slotsNeeded).toBe(9);
  });
});

describe('projection (I2)', () => {
  const Trade = z.object({ shop: z.string(), price: z.number(), note: z.string(), at: z.number() });
  const trades = [{ shop: 'a', price: 1, note: 'x', at: 0 }];

  function edgeOf(hasLateReader: boolean) {
    const { plan } = planOf((env) => {
      const window = env
        .from(fromCollection(trades))
        .typed(Trade)
        .keyBy('shop')
        .window(tumbling({ sizeMs: 1000 }))
        .aggregate({ trades: count(), turnover: sum('price') });
      window.to(discard());
      if (hasLateReader) window.late().to(discard());
    });
    return plan.edges.find(({ shipStrategy }) => shipStrategy === 'HASH')!;
  }
  const names = (edge: ReturnType<typeof edgeOf>): string[] =>
    edge.recordType?.kind === 'struct' ? edge.recordType.fields.map(({ name }) => name) : [];

  it('sends the columns a window reads', () => {
    expect(names(edgeOf(false))).toStrictEqual(['shop', 'price']);
    expect(edgeOf(false).droppedFields).toStrictEqual(['note', 'at']);
  });

  it('sends whole records where late ones are read', () => {
    expect(names(edgeOf(true))).toStrictEqual(['shop', 'price', 'note', 'at']);
    expect(edgeOf(true).droppedFields).toStrictEqual([]);
  });
});

describe('the hash', () => {
  const build = (change: (numbers: Numbers) => Numbers = (numbers) => numbers) => {
    const { plan } = planOf((env) => {
      change(env.from(fromSequence(1, 9)).map(same)).to(discard());
    });
    return plan.hash;
  };

  it('is the same for the same job', () => {
    expect(build()).toBe(build());
    expect(build()).toMatch(/^[0-9a-f]{32}$/);
  });

  it('differs with whatever differs in the plan', () => {
    const hashes = [
      build(),
      build((numbers) => numbers.named('other')),
      build((numbers) => numbers.uid('other')),
      build((numbers) => numbers.parallelism(4)),
      build((numbers) => numbers.maxParallelism(200)),
      build((numbers) => numbers.slotSharingGroup('x')),
      build((numbers) => numbers.disableChaining()),
      build((numbers) => numbers.filter(() => true)),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
