// What a program asked Kubernetes for, as manifests for tools that read YAML or JSON files.

import type { Outcome } from '../outcome.ts';
import type { KubernetesObject } from './api-client.ts';

/** The objects of a preview or an update, in the order of their steps; deleted ones are not among them. */
export function manifestsOf({ steps }: Pick<Outcome, 'steps'>): readonly KubernetesObject[] {
  return steps
    .filter(({ type, inputs }) => type.startsWith('kubernetes:') && inputs !== undefined)
    .map(({ inputs }) => inputs as unknown as KubernetesObject);
}
