// A resource as the program registers it, and the URN that names it.

import type { PropertyMap } from './property-value.ts';
import type { CustomTimeouts, ResourceState } from './stack-state.ts';

/** One registration with the options that this engine honours. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly inputs: PropertyMap;
  readonly parent: string;
  readonly provider: string;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** URNs that the resource may be known under. */
  readonly aliases: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean | undefined;
  readonly secretOutputs: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: string;
  readonly timeouts: CustomTimeouts;
}

/** What the program gets for it. */
export interface Registered {
  readonly urn: string;
  /** Empty when only an update can know it. */
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** Type of the root that the SDK registers first. */
export const STACK_TYPE = 'pulumi:pulumi:Stack';
const PROVIDER_PREFIX = 'pulumi:providers:';

/** Package of a provider resource; undefined for any other type. */
export function providerPackageOf(type: string): string | undefined {
  return type.startsWith(PROVIDER_PREFIX) ? type.slice(PROVIDER_PREFIX.length) : undefined;
}

/** The types of all parents but the root are part of the URN; their names are not. */
export function urnOf(
  scope: { readonly stack: string; readonly project: string },
  { type, name, parent }: Pick<Registration, 'type' | 'name' | 'parent'>,
): string {
  const parentType = parent.split('::')[2] ?? '';
  const qualified = parentType === '' || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${scope.stack}::${scope.project}::${qualified}::${name}`;
}

/** The state that a registration leaves behind. */
export function stateOf(
  registration: Registration,
  urn: string,
  carried: Pick<ResourceState, 'id' | 'inputs' | 'outputs' | 'initErrors'>,
): ResourceState {
  const { type, name, custom, dependencies, propertyDependencies } = registration;
  const { parent, provider, protect, retainOnDelete, deletedWith, timeouts } = registration;
  return {
    urn,
    type,
    name,
    custom,
    ...carried,
    dependencies,
    propertyDependencies,
    parent,
    provider,
    protect,
    retainOnDelete,
    deletedWith,
    timeouts,
    isPendingDelete: false,
  };
}
