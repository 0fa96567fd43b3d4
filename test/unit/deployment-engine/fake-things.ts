// A provider of things that live in a map: enough to see what the engine asks of a provider, in which order, and what it
// makes of a failure. A thing whose `size` changes is replaced; one that is `broken` exists but never gets ready.

import { diffProperties } from '../../support/deployment-engine/property-diff.ts';
import { hasUnknown, reveal } from '../../support/deployment-engine/property-value.ts';
import type { PropertyMap } from '../../support/deployment-engine/property-value.ts';
import type {
  Carried,
  ChangePlan,
  OperationContext,
  ResourceProvider,
  Target,
} from '../../support/deployment-engine/provider.ts';
import type { Registration } from '../../support/deployment-engine/registration.ts';
import type { ResourceState } from '../../support/deployment-engine/stack-state.ts';

export const THING = 'fake:index:Thing';

/** A state with the URN `urn:<name>`. */
export function makeState(name: string, changes: Partial<ResourceState> = {}): ResourceState {
  return {
    urn: `urn:${name}`,
    type: THING,
    name,
    custom: true,
    id: name,
    inputs: {},
    outputs: {},
    dependencies: [],
    propertyDependencies: {},
    parent: '',
    provider: '',
    protect: false,
    retainOnDelete: false,
    deletedWith: '',
    timeouts: {},
    initErrors: [],
    isPendingDelete: false,
    ...changes,
  };
}

/** A registration with no option set. */
export function makeRegistration(
  name: string,
  inputs: PropertyMap = {},
  changes: Partial<Registration> = {},
): Registration {
  return {
    type: THING,
    name,
    custom: true,
    inputs,
    parent: '',
    provider: '',
    dependencies: [],
    propertyDependencies: {},
    aliases: [],
    ignoreChanges: [],
    replaceOnChanges: [],
    deleteBeforeReplace: undefined,
    secretOutputs: [],
    protect: false,
    retainOnDelete: false,
    deletedWith: '',
    timeouts: {},
    ...changes,
  };
}

/** Keeps its things in a map, and every operation in a list. */
export class FakeThings implements ResourceProvider {
  readonly things = new Map<string, PropertyMap>();
  readonly operations: string[] = [];
  #created = 0;

  async check({ inputs }: Target): Promise<PropertyMap> {
    return inputs;
  }

  diff(old: ResourceState, { inputs }: Target): ChangePlan {
    const changes = diffProperties(old.inputs, inputs);
    const replacedBy = changes.map(({ path }) => path).filter((path) => path === 'size');
    return { changes, replacedBy, deletesFirst: false };
  }

  async preview({ inputs }: Target): Promise<PropertyMap> {
    const { label } = inputs;
    return hasUnknown(label) || label === undefined ? {} : { label };
  }

  async create(target: Target, context: OperationContext): Promise<Carried> {
    this.#created += 1;
    return this.#put('create', target, `${target.name}-${this.#created}`, context);
  }

  async update(target: Target, context: OperationContext): Promise<Carried> {
    return this.#put('update', target, target.old!.id, context);
  }

  async delete({ id, name }: ResourceState): Promise<void> {
    this.operations.push(`delete ${name}`);
    this.things.delete(id);
  }

  #put(kind: string, target: Target, id: string, context: OperationContext): Carried {
    const inputs = reveal(target.inputs) as PropertyMap;
    this.operations.push(`${kind} ${target.name}`);
    if (inputs['refused'] === true) throw new Error('the thing is refused');
    const outputs = { ...inputs, code: `code of ${id}` };
    this.things.set(id, inputs);
    context.record(id, outputs);
    if (inputs['broken'] === true) throw new Error(`${target.name} never got ready`);
    return { id, outputs };
  }
}
