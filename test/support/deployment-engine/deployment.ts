// One preview, update or removal: gives each registration its step, carries it out, and deletes at the end what the program
// no longer registers.
//   I1. Nothing is deleted unless the whole program was registered and carried out.
//   I2. After the first failure nothing new begins; what is under way ends and is recorded.
//   I3. Every finished step is in the state before the program hears of it.

import { randomUUID } from 'node:crypto';
import { orderDeletes } from './delete-order.ts';
import type { Step, StepKind } from './outcome.ts';
import { diffProperties, ignoreChanges } from './property-diff.ts';
import { UNKNOWN, makeSecret, markSecrets, redact } from './property-value.ts';
import type { PropertyMap } from './property-value.ts';
import { findProviderReplacement } from './provider-registry.ts';
import type { ProviderRegistry } from './provider-registry.ts';
import type { ChangePlan, OperationContext, ResourceProvider, Target } from './provider.ts';
import { STACK_TYPE, providerPackageOf, stateOf, urnOf } from './registration.ts';
import type { Registered, Registration } from './registration.ts';
import type { ResourceState, StackState } from './stack-state.ts';
import { decideStep } from './step-decision.ts';
import type { StepDecision } from './step-decision.ts';

/** A resource that failed, and why. */
export interface Failure {
  readonly resource: string;
  readonly message: string;
}

export interface DeploymentContext {
  readonly stack: string;
  readonly project: string;
  /** True when nothing may change. */
  readonly isPreview: boolean;
  readonly state: StackState;
  readonly providers: ProviderRegistry;
  readonly progress: (line: string) => void;
}

interface Work {
  readonly registration: Registration;
  readonly target: Target;
  readonly provider: ResourceProvider;
  readonly plan: ChangePlan | undefined;
  readonly old: ResourceState | undefined;
  /** Replaced by what is created now, and deleted at the end. */
  readonly superseded?: ResourceState;
}

/** One run; it is used up when `finish` or `removeAll` has ended. */
export class Deployment {
  readonly #context: DeploymentContext;
  readonly #seen = new Set<string>();
  /** Deleted ahead of their dependency's replacement: their registration creates them anew. */
  readonly #deletedAhead = new Set<string>();
  readonly steps: Step[] = [];
  readonly warnings: string[] = [];
  outputs: PropertyMap = {};
  #failure: Failure | undefined;

  constructor(context: DeploymentContext) {
    this.#context = context;
  }

  /** Why it did not reach its end, if it did not. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Carries out one registration; rejects when it failed or the deployment already has. */
  async register(registration: Registration): Promise<Registered> {
    const { name } = registration;
    if (this.failure !== undefined) throw new Error('the deployment has failed already'); // I2
    const urn = urnOf(this.#context, registration);
    try {
      if (this.#seen.has(urn)) throw new Error(`there are two resources with the URN ${urn}`);
      this.#seen.add(urn);
      const old = this.#findOld(urn, registration);
      if (!registration.custom) return this.#registerComponent(registration, urn, old);
      if (providerPackageOf(registration.type) !== undefined) {
        return this.#registerProvider(registration, urn, old);
      }
      return await this.#registerResource(registration, urn, old);
    } catch (error) {
      this.fail(name, error);
      throw error;
    }
  }

  /** The outputs of a component; those of the root are the stack's. */
  registerOutputs(urn: string, outputs: PropertyMap): void {
    const { state, isPreview } = this.#context;
    if (urn.includes(`::${STACK_TYPE}::`)) {
      this.outputs = outputs;
      if (!isPreview) state.setOutputs(outputs);
    }
    const component = state.find(urn);
    if (!isPreview && component !== undefined) state.put({ ...component, outputs }, component);
  }

  /** Deletes what was not registered; the program must have ended well. */
  async finish(): Promise<void> {
    const { resources } = this.#context.state;
    this.#configureKnown();
    await this.#deleteAll(
      resources.filter(({ urn, isPendingDelete }) => isPendingDelete || !this.#seen.has(urn)),
    );
  }

  /** Deletes everything of the stack. */
  async removeAll(): Promise<void> {
    this.#configureKnown();
    await this.#deleteAll(this.#context.state.resources);
  }

  /** Providers that were not registered this time still have to delete what is theirs. */
  #configureKnown(): void {
    const { state, providers } = this.#context;
    for (const { urn, type, inputs } of state.resources) {
      const isProvider = providerPackageOf(type) !== undefined;
      if (isProvider && !this.#seen.has(urn)) providers.configure(urn, type, inputs);
    }
  }

  #findOld(urn: string, { aliases }: Registration): ResourceState | undefined {
    const { state } = this.#context;
    const known = [urn, ...aliases]
      .map((name) => state.find(name))
      .find((old) => old !== undefined);
    if (known !== undefined) this.#seen.add(known.urn);
    return known;
  }

  #registerComponent(
    registration: Registration,
    urn: string,
    old: ResourceState | undefined,
  ): Registered {
    const { inputs } = registration;
    const diff = diffProperties(old?.inputs ?? {}, inputs);
    const kind = old === undefined ? 'create' : diff.length > 0 ? 'update' : 'same';
    this.#addStep(registration, urn, { kind, diff, inputs });
    const outputs = old?.outputs ?? {};
    this.#put(stateOf(registration, urn, { id: '', inputs, outputs, initErrors: [] }), old);
    return { urn, id: '', outputs: {} };
  }

  #registerProvider(
    registration: Registration,
    urn: string,
    old: ResourceState | undefined,
  ): Registered {
    const { isPreview, providers } = this.#context;
    const { type, inputs } = registration;
    const replacedBy = old === undefined ? undefined : findProviderReplacement(old.inputs, inputs);
    if (replacedBy !== undefined) {
      throw new Error(
        `a change of the provider's ${replacedBy} replaces everything under it, which the test engine does not implement: ` +
          'destroy the stack first, or set kubernetes.clusterIdentifier',
      );
    }
    providers.configure(urn, type, inputs);
    const diff = diffProperties(old?.inputs ?? {}, inputs);
    const kind = old === undefined ? 'create' : diff.length > 0 ? 'update' : 'same';
    this.#addStep(registration, urn, { kind, diff, inputs });
    const id = old?.id ?? (isPreview ? UNKNOWN : randomUUID());
    this.#put(stateOf(registration, urn, { id, inputs, outputs: inputs, initErrors: [] }), old);
    return { urn, id: id === UNKNOWN ? '' : id, outputs: inputs };
  }

  async #registerResource(
    registration: Registration,
    urn: string,
    found: ResourceState | undefined,
  ): Promise<Registered> {
    const { providers } = this.#context;
    const { type, name, replaceOnChanges, deleteBeforeReplace } = registration;
    const old = this.#deletedAhead.has(urn) ? undefined : found;
    const provider = providers.find(urn, type, registration.provider);
    const wanted = { urn, type, name, ignoreChanges: registration.ignoreChanges, old };
    const kept =
      old === undefined
        ? registration.inputs
        : ignoreChanges(registration.inputs, old.inputs, registration.ignoreChanges);
    const target = { ...wanted, inputs: await provider.check({ ...wanted, inputs: kept }) };
    const plan = old === undefined ? undefined : provider.diff(old, target);
    const decision = decideStep({ old, plan, replaceOnChanges, deleteBeforeReplace });
    const work = { registration, target, provider, plan, old };
    if (decision.kind === 'refuse') throw new Error(decision.reason);
    const { isPreview } = this.#context;
    const registered = isPreview
      ? await this.#previewStep(work, decision)
      : await this.#carryOut(work, decision);
    this.#addStep(registration, urn, {
      kind: this.#deletedAhead.has(urn) ? 'replace' : decision.kind,
      diff: plan?.changes ?? diffProperties({}, target.inputs),
      inputs: target.inputs,
      ...(decision.kind === 'replace' ? { replacedBy: decision.replacedBy } : {}),
    });
    return registered;
  }

  async #previewStep(
    { registration, target, provider, old }: Work,
    decision: Exclude<StepDecision, { kind: 'refuse' }>,
  ): Promise<Registered> {
    const { urn } = target;
    if (decision.kind === 'same') return { urn, id: old!.id, outputs: old!.outputs };
    const isNew = decision.kind !== 'update';
    const seen = isNew ? { ...target, old: undefined } : target;
    const context = this.#operation(registration, undefined, () => undefined);
    const outputs = await provider.preview(seen, {
      ...context,
      replaces: decision.kind === 'replace',
    });
    return {
      urn,
      id: isNew ? '' : old!.id,
      outputs: hideSecrets(outputs, target.inputs, registration),
    };
  }

  async #carryOut(
    work: Work,
    decision: Exclude<StepDecision, { kind: 'refuse' }>,
  ): Promise<Registered> {
    const { registration, target, old } = work;
    if (decision.kind === 'same') {
      const { id, outputs } = old!;
      const carried = { id, outputs, inputs: target.inputs, initErrors: [] };
      this.#put(stateOf(registration, target.urn, carried), old);
      return { urn: target.urn, id, outputs };
    }
    if (decision.kind !== 'replace') return this.#apply(work, decision.kind);
    const isNew = { ...work, target: { ...target, old: undefined }, old: undefined };
    if (!decision.deletesFirst) return this.#apply({ ...isNew, superseded: old! }, 'create');
    for (const wave of orderDeletes([old!, ...this.#findReplacedWith(old!)])) {
      await Promise.all(wave.map((resource) => this.#deleteAhead(resource)));
    }
    return this.#apply(isNew, 'create');
  }

  async #deleteAhead(resource: ResourceState): Promise<void> {
    this.#deletedAhead.add(resource.urn);
    await this.#deleteOne(resource, []);
  }

  /** Resources that must be replaced too because a value they are made from is about to be gone. */
  #findReplacedWith(gone: ResourceState): readonly ResourceState[] {
    const { state, providers } = this.#context;
    return state.resources.flatMap((resource) => {
      const { urn, type, name, custom, propertyDependencies, isPendingDelete } = resource;
      const properties = Object.entries(propertyDependencies)
        .filter(([, urns]) => urns.includes(gone.urn))
        .map(([property]) => [property, UNKNOWN]);
      if (!custom || isPendingDelete || properties.length === 0) return [];
      const inputs = { ...resource.inputs, ...Object.fromEntries(properties) } as PropertyMap;
      const target = { urn, type, name, inputs, ignoreChanges: [], old: resource };
      const plan = providers.find(urn, type, resource.provider).diff(resource, target);
      if (plan.replacedBy.length === 0) return [];
      if (resource.protect) throw new Error(`${name} would be replaced with it, and is protected`);
      return [resource, ...this.#findReplacedWith(resource)];
    });
  }

  async #apply(
    { registration, target, provider, old, superseded }: Work,
    kind: 'create' | 'update',
  ): Promise<Registered> {
    const { urn, inputs } = target;
    let current = old;
    const record = (id: string, raw: PropertyMap, initErrors: readonly string[]): ResourceState => {
      const outputs = hideSecrets(raw, inputs, registration);
      const next = stateOf(registration, urn, { id, inputs, outputs, initErrors });
      if (superseded !== undefined && current === undefined) {
        this.#context.state.supersede(next, superseded);
      } else {
        this.#put(next, current);
      }
      current = next;
      return next;
    };
    const context = this.#operation(registration, registration.timeouts[kind], (id, outputs) => {
      record(id, outputs, ['the operation was interrupted before it was seen ready']);
    });
    try {
      const { id, outputs } = await provider[kind](target, context);
      const done = record(id, outputs, []);
      return { urn, id: done.id, outputs: done.outputs };
    } catch (error) {
      if (current !== undefined && current !== old) {
        record(current.id, current.outputs, [messageOf(error)]);
      }
      throw error;
    }
  }

  async #deleteAll(doomed: readonly ResourceState[]): Promise<void> {
    const guarded = doomed.filter(({ protect, isPendingDelete }) => protect && !isPendingDelete);
    if (guarded.length > 0) {
      const names = guarded.map(({ name }) => name).join(', ');
      this.fail(guarded[0]!.name, new Error(`${names} would be deleted, and is protected`));
      return;
    }
    for (const wave of orderDeletes(doomed)) {
      if (this.failure !== undefined) return; // I2
      await Promise.all(
        wave.map(async (resource) => {
          if (!resource.isPendingDelete) {
            this.#addStep(resource, resource.urn, { kind: 'delete', diff: [] });
          }
          if (this.#context.isPreview) return;
          await this.#deleteOne(resource, doomed).catch((error: unknown) => {
            this.fail(resource.name, error);
          });
        }),
      );
    }
  }

  async #deleteOne(resource: ResourceState, doomed: readonly ResourceState[]): Promise<void> {
    const { state, providers, progress } = this.#context;
    const { urn, type, name, custom, retainOnDelete, deletedWith, timeouts } = resource;
    const goesAnyway = doomed.some((other) => other.urn === deletedWith);
    const isOurs = custom && providerPackageOf(type) === undefined;
    if (isOurs && !retainOnDelete && !goesAnyway) {
      const started = performance.now();
      const provider = providers.find(urn, type, resource.provider);
      await provider.delete(
        resource,
        this.#operation(resource, timeouts.delete, () => undefined),
      );
      progress(`deleted ${name} (${secondsSince(started)})`);
    }
    state.remove(resource);
  }

  #operation(
    { name }: { readonly name: string },
    timeoutMs: number | undefined,
    record: OperationContext['record'],
  ): OperationContext {
    return {
      timeoutMs,
      replaces: false,
      record,
      warn: (text) => this.warnings.push(`${name}: ${text}`),
      progress: (text) => this.#context.progress(`${name}: ${text}`),
    };
  }

  #put(next: ResourceState, old: ResourceState | undefined): void {
    if (!this.#context.isPreview) this.#context.state.put(next, old); // I3
  }

  #addStep(
    { type, name }: { readonly type: string; readonly name: string },
    urn: string,
    step: Pick<Step, 'diff' | 'replacedBy' | 'inputs'> & { readonly kind: StepKind },
  ): void {
    const inputs =
      step.inputs === undefined ? {} : { inputs: redact(step.inputs) as Record<string, unknown> };
    this.steps.push({ ...step, urn, type, name, ...inputs });
    if (step.kind !== 'same') this.#context.progress(`${step.kind} ${name}`);
  }

  /** Ends the deployment; only the first reason counts. */
  fail(resource: string, error: unknown): void {
    this.#failure ??= { resource, message: messageOf(error) };
  }
}

function hideSecrets(
  outputs: PropertyMap,
  inputs: PropertyMap,
  { secretOutputs }: Registration,
): PropertyMap {
  const marked = markSecrets(outputs, inputs) as PropertyMap;
  const extra = secretOutputs.filter((key) => key in marked);
  return { ...marked, ...Object.fromEntries(extra.map((key) => [key, makeSecret(marked[key])])) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function secondsSince(startedMs: number): string {
  return `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
}
