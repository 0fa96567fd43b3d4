// What to do with a registered resource. Pure: facts in, a decision out; `deployment.ts` carries it out.
//   I1. A protected resource is never replaced.
//   I2. What exists but was not seen ready is gone over again, even if nothing differs.

import type { StepKind } from './outcome.ts';
import { isWithin } from './property-path.ts';
import type { ChangePlan } from './provider.ts';

/** The resource in the state, the provider's view of the change, and the options that weigh in. */
export interface StepFacts {
  readonly old: { readonly protect: boolean; readonly initErrors: readonly string[] } | undefined;
  readonly plan: ChangePlan | undefined;
  readonly replaceOnChanges: readonly string[];
  /** As the option says; undefined leaves it to the provider. */
  readonly deleteBeforeReplace: boolean | undefined;
}

/** The kind of the step, and for a replacement which half comes first. */
export type StepDecision =
  | { readonly kind: Exclude<StepKind, 'replace' | 'delete'> }
  | {
      readonly kind: 'replace';
      readonly deletesFirst: boolean;
      readonly replacedBy: readonly string[];
    }
  | { readonly kind: 'refuse'; readonly reason: string };

/** Same facts, same decision. */
export function decideStep(facts: StepFacts): StepDecision {
  const { old, plan } = facts;
  if (old === undefined || plan === undefined) return { kind: 'create' };
  const asked = plan.changes
    .map(({ path }) => path)
    .filter((path) => facts.replaceOnChanges.some((outer) => isWithin(path, outer)));
  const replacedBy = [...new Set([...plan.replacedBy, ...asked])];
  if (replacedBy.length > 0) {
    if (old.protect) {
      const reason = `it is protected, and a change of ${replacedBy.join(', ')} would replace it: unprotect it first`;
      return { kind: 'refuse', reason }; // I1
    }
    return {
      kind: 'replace',
      deletesFirst: plan.deletesFirst || facts.deleteBeforeReplace === true,
      replacedBy,
    };
  }
  const isUnfinished = old.initErrors.length > 0; // I2
  return { kind: plan.changes.length > 0 || isUnfinished ? 'update' : 'same' };
}
