// Reading what a deployment would do or did.

import type { Outcome, Step } from '../deployer/deployer.ts';

/** The steps that change something in the cluster. */
export function changes(outcome: Outcome): readonly Step[] {
  return outcome.steps.filter(({ kind, type }) => kind !== 'same' && isObject(type));
}

/** `update Deployment millrace-worker`, sorted: what a person reads in a preview. */
export function summarize(outcome: Outcome): readonly string[] {
  return changes(outcome)
    .map(({ kind, type, name }) => `${kind} ${type.split(':').at(-1) ?? ''} ${name}`)
    .sort();
}

/** The changed properties of one object, `spec.replicas: 2 -> 4`. */
export function diffOf(outcome: Outcome, name: string): readonly string[] {
  const step = outcome.steps.find((each) => each.name === name);
  if (step === undefined) throw new Error(`nothing is called ${name}`);
  return step.diff.map(
    ({ path, before, after }) => `${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
  );
}

/** Kubernetes objects and images; components and providers are only structure. */
function isObject(type: string): boolean {
  return /^(kubernetes:|docker:)/.test(type);
}
