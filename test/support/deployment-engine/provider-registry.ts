// Which provider serves a resource: the one its registration refers to, or the default one of its package.
//   I1. A package whose default provider the stack disabled is only served by an explicit one.

import { providerPackageOf } from './registration.ts';
import { UNKNOWN, reveal } from './property-value.ts';
import type { PropertyMap } from './property-value.ts';
import type { ProviderMaker, ResourceProvider } from './provider.ts';

/** Providers by their reference, made when they are first asked for. */
export class ProviderRegistry {
  readonly #makers: Readonly<Record<string, ProviderMaker>>;
  readonly #disabledDefaults: readonly string[];
  readonly #made = new Map<string, ResourceProvider>();

  constructor(
    makers: Readonly<Record<string, ProviderMaker>>,
    disabledDefaults: readonly string[],
  ) {
    this.#makers = makers;
    this.#disabledDefaults = disabledDefaults;
  }

  /** Makes the provider of a provider resource; must precede the resources that refer to it. */
  configure(urn: string, type: string, settings: PropertyMap): void {
    const maker = this.#makerOf(providerPackageOf(type) ?? '', urn);
    this.#made.set(urn, maker(reveal(settings) as PropertyMap));
  }

  /** The provider for a resource with this type and reference (`<urn>::<id>`, or empty). */
  find(urn: string, type: string, reference: string): ResourceProvider {
    if (reference !== '') {
      const provider = this.#made.get(providerUrnOf(reference));
      if (provider === undefined) throw new Error(`its provider ${reference} is not registered`);
      return provider;
    }
    const name = type.split(':')[0] ?? '';
    if (this.#disabledDefaults.includes(name) || this.#disabledDefaults.includes('*')) {
      throw new Error(
        `Default provider for '${name}' disabled. '${urn}' must use an explicit provider.`,
      ); // I1
    }
    const made = this.#made.get(name) ?? this.#makerOf(name, urn)({});
    this.#made.set(name, made);
    return made;
  }

  #makerOf(name: string, urn: string): ProviderMaker {
    const maker = this.#makers[name];
    if (maker !== undefined) return maker;
    const known = Object.keys(this.#makers).join(', ');
    throw new Error(`${urn} needs a provider of "${name}"; the test engine has ${known}`);
  }
}

/** The URN in a provider's reference. */
function providerUrnOf(reference: string): string {
  return reference.split('::').slice(0, -1).join('::');
}

const CLUSTER_KEYS = ['kubeconfig', 'context', 'cluster'];

/** Why a provider resource cannot be changed in place: everything under it would be replaced. */
export function findProviderReplacement(old: PropertyMap, inputs: PropertyMap): string | undefined {
  const changed = (key: string): boolean => old[key] !== inputs[key];
  if (changed('clusterIdentifier')) return 'clusterIdentifier';
  if (inputs['clusterIdentifier'] !== undefined) return undefined;
  return CLUSTER_KEYS.find((key) => inputs[key] === UNKNOWN || changed(key));
}
