// deployment-engine/step-decision.ts and the order of deletions, deployment-engine/delete-order.ts.

import { describe, expect, it } from 'vitest';
import { orderDeletes } from '../../support/deployment-engine/delete-order.ts';
import { decideStep } from '../../support/deployment-engine/step-decision.ts';
import type { StepFacts } from '../../support/deployment-engine/step-decision.ts';
import { makeState } from './fake-things.ts';

const facts: StepFacts = {
  old: { protect: false, initErrors: [] },
  plan: { changes: [], replacedBy: [], deletesFirst: false },
  replaceOnChanges: [],
  deleteBeforeReplace: undefined,
};
const changes = [{ path: 'spec.size', kind: 'update' as const, before: 1, after: 2 }];

describe('the step of a resource', () => {
  it('follows from what differs', () => {
    expect(decideStep({ ...facts, old: undefined, plan: undefined })).toEqual({ kind: 'create' });
    expect(decideStep(facts)).toEqual({ kind: 'same' });
    expect(decideStep({ ...facts, plan: { ...facts.plan!, changes } })).toEqual({ kind: 'update' });
  });

  it('is an update for what was never seen ready', () => {
    const old = { protect: false, initErrors: ['timed out'] };
    expect(decideStep({ ...facts, old })).toEqual({ kind: 'update' });
  });

  it('is a replacement where the provider or an option says so', () => {
    const plan = { changes, replacedBy: ['spec.size'], deletesFirst: true };
    expect(decideStep({ ...facts, plan })).toEqual({
      kind: 'replace',
      deletesFirst: true,
      replacedBy: ['spec.size'],
    });
    expect(
      decideStep({
        ...facts,
        plan: { changes, replacedBy: [], deletesFirst: false },
        replaceOnChanges: ['spec'],
        deleteBeforeReplace: true,
      }),
    ).toEqual({ kind: 'replace', deletesFirst: true, replacedBy: ['spec.size'] });
  });

  it('never replaces what is protected', () => {
    const plan = { changes, replacedBy: ['spec.size'], deletesFirst: false };
    const decision = decideStep({ ...facts, old: { protect: true, initErrors: [] }, plan });
    expect(decision).toMatchObject({ kind: 'refuse' });
    expect(decision.kind === 'refuse' && decision.reason).toContain('unprotect it first');
  });
});

describe('the order of deletions', () => {
  it('lets whoever needs another go first, by every kind of need', () => {
    const doomed = [
      makeState('provider', { type: 'pulumi:providers:fake' }),
      makeState('parent', { custom: false }),
      makeState('namespace', { provider: 'urn:provider::id', parent: 'urn:parent' }),
      makeState('one', { dependencies: ['urn:namespace'], provider: 'urn:provider::id' }),
      makeState('two', { propertyDependencies: { spec: ['urn:one'] } }),
      makeState('three', { deletedWith: 'urn:namespace' }),
    ];
    const waves = orderDeletes(doomed).map((wave) => wave.map(({ name }) => name));
    expect(waves).toEqual([['two', 'three'], ['one'], ['namespace'], ['provider', 'parent']]);
  });

  it('ignores needs outside of what goes, and refuses a circle', () => {
    expect(orderDeletes([makeState('a', { dependencies: ['urn:stays'] })])).toHaveLength(1);
    const circle = [
      makeState('a', { dependencies: ['urn:b'] }),
      makeState('b', { dependencies: ['urn:a'] }),
    ];
    expect(() => orderDeletes(circle)).toThrow('circle');
  });
});
