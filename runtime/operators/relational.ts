// The makers of the operators of `relational-spec.ts`.

import { createBroadcastJoin } from './broadcast-join.ts';
import { createCollapse } from './collapse.ts';
import { createDeduplicate } from './deduplicate.ts';
import { createGroupAggregate } from './group-aggregate.ts';
import { createIntervalJoin } from './interval-join.ts';
import { createJoin } from './join.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { createPrimaryKey } from './primary-key.ts';
import type { RelationalSpec } from './relational-spec.ts';
import { createTemporalJoin } from './temporal-join.ts';
import { createTopN } from './top-n.ts';

/** One instance for a subtask. */
export function createRelational(spec: RelationalSpec, context: OperatorContext): Operator {
  switch (spec.kind) {
    case 'join':
      return createJoin(spec, context);
    case 'collapse':
      return createCollapse(spec, context);
    case 'primary-key':
      return createPrimaryKey(spec, context);
    case 'top-n':
      return createTopN(spec, context);
    case 'group-aggregate':
      return createGroupAggregate(spec, context);
    case 'deduplicate':
      return createDeduplicate(spec, context);
    case 'interval-join':
      return createIntervalJoin(spec, context);
    case 'temporal-join':
      return createTemporalJoin(spec, context);
    case 'broadcast-join':
      return createBroadcastJoin(spec, context);
  }
}
