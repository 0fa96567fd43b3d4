// The order in which resources go: whoever needs another goes before it, and what does not depend on each other goes at once.

import type { ResourceState } from './stack-state.ts';

/** Waves of resources: each wave is deleted when the one before it is gone. */
export function orderDeletes(
  doomed: readonly ResourceState[],
): readonly (readonly ResourceState[])[] {
  const waves: ResourceState[][] = [];
  let left = [...doomed];
  while (left.length > 0) {
    const needed = new Set(left.flatMap((resource) => neededBy(resource)));
    const wave = left.filter(({ urn }) => !needed.has(urn));
    if (wave.length === 0) {
      throw new Error(
        `the state has a circle of dependencies: ${left.map(({ urn }) => urn).join(', ')}`,
      );
    }
    waves.push(wave);
    left = left.filter((resource) => !wave.includes(resource));
  }
  return waves;
}

/** The URNs that must outlive the resource. */
function neededBy(resource: ResourceState): readonly string[] {
  const { urn, dependencies, propertyDependencies, parent, provider, deletedWith } = resource;
  const providerUrn = provider.split('::').slice(0, -1).join('::');
  return [
    ...dependencies,
    ...Object.values(propertyDependencies).flat(),
    parent,
    providerUrn,
    deletedWith,
  ].filter((needed) => needed !== '' && needed !== urn);
}
