// Who carries out what the engine decides for the resources of one package.
//   I1. `check`, `diff` and `preview` change nothing.
//   I2. An operation calls `record` as soon as the resource exists under an id, before it waits for anything: a crash or a
//       timeout afterwards then leaves a resource that the engine knows.

import type { PropertyDiff } from './outcome.ts';
import type { PropertyMap } from './property-value.ts';
import type { ResourceState } from './stack-state.ts';

/** What a change of inputs means for what exists. */
export interface ChangePlan {
  readonly changes: readonly PropertyDiff[];
  /** Paths that cannot change in place; any of them means a replacement. */
  readonly replacedBy: readonly string[];
  /** The old one must be gone before the new one can be. */
  readonly deletesFirst: boolean;
}

/** A resource as it is to be. */
export interface Target {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: PropertyMap;
  readonly ignoreChanges: readonly string[];
  /** Undefined while there is none, or when it is replaced. */
  readonly old: ResourceState | undefined;
}

/** What an operation may tell while it runs. */
export interface OperationContext {
  /** From the resource's options; undefined leaves it to the provider. */
  readonly timeoutMs: number | undefined;
  /** Something of this resource still exists and makes way for the new one. */
  readonly replaces: boolean;
  readonly warn: (text: string) => void;
  readonly progress: (text: string) => void;
  readonly record: (id: string, outputs: PropertyMap) => void;
}

/** The result of a creation or an update. */
export interface Carried {
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** Inputs hold secrets under their marks: `reveal` is for the moment of use. */
export interface ResourceProvider {
  /** The inputs with what is filled in; rejects what this provider cannot do, loudly. */
  check(target: Target): Promise<PropertyMap>;
  diff(old: ResourceState, target: Target): ChangePlan;
  /** The outputs as far as they can be known; leaves out what cannot. */
  preview(target: Target, context: OperationContext): Promise<PropertyMap>;
  create(target: Target, context: OperationContext): Promise<Carried>;
  update(target: Target, context: OperationContext): Promise<Carried>;
  delete(old: ResourceState, context: OperationContext): Promise<void>;
}

/** Makes the provider of a package for the settings of a provider resource; `{}` for the default one. */
export type ProviderMaker = (settings: PropertyMap) => ResourceProvider;
