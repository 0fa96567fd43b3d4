// The namespace of a stack and what holds for every pod in it: Pod Security "restricted", a quota, defaults for containers
// that set none, and a network policy that denies everything but name resolution. What a component needs beyond that, it
// allows itself.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { clusterLabels } from '../k8s/labels.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';

export interface PlatformNamespaceArgs {
  /** A fixed name: others address the Services by it. */
  readonly namespace: string;
  /** The cluster's name, for labels. */
  readonly instance: string;
  /** Hard limits of the ResourceQuota. */
  readonly quota: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /**
   * Refuse to delete the namespace.
   * @default false
   */
  readonly protect?: boolean;
  readonly transform?: {
    readonly namespace?: Transform<k8s.core.v1.NamespaceArgs>;
    readonly quota?: Transform<k8s.core.v1.ResourceQuotaArgs>;
    readonly limitRange?: Transform<k8s.core.v1.LimitRangeArgs>;
    readonly denyAll?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
    readonly allowDns?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
  };
}

/** The rules that pods are held to do not change with an upgrade of the cluster; an older cluster applies its own latest. */
const POD_SECURITY_VERSION = 'v1.35';
/** Where a cluster with a cache of names on each node (NodeLocal DNSCache) has pods ask. */
const NODE_LOCAL_DNS = '169.254.20.10/32';
const POD_SECURITY_MODES = ['enforce', 'audit', 'warn'] as const;

/** Gives the name, known only once the policies are in place with it. */
export class PlatformNamespace extends pulumi.ComponentResource {
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: PlatformNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:PlatformNamespace', name, { namespace: args.namespace }, opts);
    const namespace = createNamespace(this, name, args);
    const placed = { args, namespace: namespace.metadata.name };
    createQuota(this, name, placed);
    createLimitRange(this, name, placed);
    createDenyAll(this, name, placed);
    createAllowDns(this, name, placed);
    this.namespaceName = namespace.metadata.name;
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}

interface Placed {
  readonly args: PlatformNamespaceArgs;
  readonly namespace: pulumi.Output<string>;
}

function createNamespace(
  parent: pulumi.Resource,
  name: string,
  args: PlatformNamespaceArgs,
): k8s.core.v1.Namespace {
  const labels = { ...clusterLabels(args.instance), ...podSecurityLabels() };
  return new k8s.core.v1.Namespace(
    `${name}-namespace`,
    applyTransform({ metadata: { name: args.namespace, labels } }, args.transform?.namespace),
    { parent, protect: args.protect ?? false },
  );
}

function podSecurityLabels(): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const mode of POD_SECURITY_MODES) {
    labels[`pod-security.kubernetes.io/${mode}`] = 'restricted';
    labels[`pod-security.kubernetes.io/${mode}-version`] = POD_SECURITY_VERSION;
  }
  return labels;
}

function createQuota(parent: pulumi.Resource, name: string, { args, namespace }: Placed): void {
  const quota: k8s.core.v1.ResourceQuotaArgs = {
    metadata: { name: args.instance, namespace, labels: clusterLabels(args.instance) },
    spec: { hard: args.quota },
  };
  new k8s.core.v1.ResourceQuota(`${name}-quota`, applyTransform(quota, args.transform?.quota), {
    parent,
  });
}

function createLimitRange(
  parent: pulumi.Resource,
  name: string,
  { args, namespace }: Placed,
): void {
  const limitRange: k8s.core.v1.LimitRangeArgs = {
    metadata: { name: args.instance, namespace, labels: clusterLabels(args.instance) },
    spec: {
      limits: [
        {
          type: 'Container',
          default: { memory: '256Mi', 'ephemeral-storage': '256Mi' },
          defaultRequest: { cpu: '100m', memory: '256Mi', 'ephemeral-storage': '256Mi' },
        },
      ],
    },
  };
  new k8s.core.v1.LimitRange(
    `${name}-limits`,
    applyTransform(limitRange, args.transform?.limitRange),
    { parent },
  );
}

function createDenyAll(parent: pulumi.Resource, name: string, { args, namespace }: Placed): void {
  const policy: k8s.networking.v1.NetworkPolicyArgs = {
    metadata: { name: 'deny-all', namespace, labels: clusterLabels(args.instance) },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  };
  new k8s.networking.v1.NetworkPolicy(
    `${name}-deny-all`,
    applyTransform(policy, args.transform?.denyAll),
    { parent },
  );
}

function createAllowDns(parent: pulumi.Resource, name: string, { args, namespace }: Placed): void {
  const policy: k8s.networking.v1.NetworkPolicyArgs = {
    metadata: { name: 'allow-dns', namespace, labels: clusterLabels(args.instance) },
    spec: {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: {
                matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' },
              },
            },
            { ipBlock: { cidr: NODE_LOCAL_DNS } },
          ],
          ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })),
        },
      ],
    },
  };
  new k8s.networking.v1.NetworkPolicy(
    `${name}-allow-dns`,
    applyTransform(policy, args.transform?.allowDns),
    { parent },
  );
}
