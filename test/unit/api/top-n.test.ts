// api/top-n.ts: where the rows that are left of a list are counted.

import { expect, it } from 'vitest';

import { Environment } from '../../../runtime/api/environment.ts';
import { topN } from '../../../runtime/api/top-n.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import { discard } from '../../../runtime/connectors/discard/spec.ts';
import { compileGraph } from '../../../runtime/graph/compile.ts';

interface Bid {
  readonly auction: number;
  readonly price: number;
}

it('is collapsed where its changes are made, not by rank in another subtask', () => {
  const env = new Environment();
  const bids = env.from(fromCollection<Bid>([])).keyBy('auction');
  const compare = (left: Bid, right: Bid): number => right.price - left.price;
  const ranked = topN(bids, { n: 3, compare, rankField: 'rank' }).parallelism(2);
  ranked
    .filter(({ rank }) => rank > 1)
    .collapse()
    .to(discard())
    .parallelism(2);
  const plan = compileGraph(env.graph, { jobName: 'bids', parallelism: 4, parameters: {} });
  expect(plan.tasks.at(-1)).toMatchObject({
    name: 'top 3 -> filter -> collapse -> discard',
    parallelism: 2,
  });
  const collapse = env.graph.nodes.find(({ spec }) => spec.kind === 'collapse');
  expect(collapse?.spec).toMatchObject({
    primaryKey: { fields: ['auction', 'rank'] },
    routedBy: { fields: ['auction'] },
  });
});
