// Rules of network policies between the pods of a cluster, and to addresses outside of it. No ports, no rule.

import type * as k8s from '@pulumi/kubernetes';
import { selectorLabels } from './labels.ts';
import type { ComponentLabel } from './labels.ts';

type Ingress = k8s.types.input.networking.v1.NetworkPolicyIngressRule;
type Egress = k8s.types.input.networking.v1.NetworkPolicyEgressRule;

/** A range of addresses outside of the cluster that pods may connect to. */
export interface EgressRule {
  readonly cidr: string;
  readonly ports: readonly number[];
}

/** Lets pods of a component in. */
export function allowFrom(
  instance: string,
  component: ComponentLabel,
  ports: readonly number[],
): Ingress[] {
  if (ports.length === 0) return [];
  return [{ from: [podsOf(instance, component)], ports: ports.map(tcp) }];
}

/** Lets connect to pods of a component. */
export function allowTo(
  instance: string,
  component: ComponentLabel,
  ports: readonly number[],
): Egress[] {
  if (ports.length === 0) return [];
  return [{ to: [podsOf(instance, component)], ports: ports.map(tcp) }];
}

/** Lets connect to addresses outside of the cluster. */
export function allowOut(rules: readonly EgressRule[]): Egress[] {
  return rules.map(({ cidr, ports }) => ({ to: [{ ipBlock: { cidr } }], ports: ports.map(tcp) }));
}

function podsOf(instance: string, component: ComponentLabel) {
  return { podSelector: { matchLabels: selectorLabels(instance, component) } };
}

function tcp(port: number) {
  return { protocol: 'TCP', port };
}
