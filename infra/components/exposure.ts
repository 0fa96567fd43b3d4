// How the REST API and the page are reached from outside of the cluster: an Ingress, an HTTPRoute of the Gateway API, or
// not at all. The API can cancel jobs and knows no users: who exposes it puts authentication in front of it.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { REST_PORT, nameCluster } from '../cluster-contract.ts';
import { clusterLabels } from '../k8s/labels.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';
import type { StackConfig } from '../stack-schema.ts';

/** The members of the union that make something. */
export type ExposureSpec = Exclude<StackConfig['exposure'], { kind: 'none' }>;
type IngressSpec = Extract<ExposureSpec, { kind: 'ingress' }>;
type GatewaySpec = Extract<ExposureSpec, { kind: 'gateway' }>;
type RouteArgs = k8s.apiextensions.CustomResourceArgs;

export interface ExposureArgs {
  readonly namespace: pulumi.Input<string>;
  /** The cluster's name: prefix of the name. */
  readonly instance: string;
  readonly restServiceName: pulumi.Input<string>;
  readonly spec: ExposureSpec;
  readonly transform?: {
    readonly ingress?: Transform<k8s.networking.v1.IngressArgs>;
    readonly route?: Transform<RouteArgs>;
  };
}

/** Gives the address of the page. */
export class Exposure extends pulumi.ComponentResource {
  readonly url: string;

  constructor(name: string, args: ExposureArgs, opts?: pulumi.ComponentResourceOptions) {
    const { spec } = args;
    super('millrace:platform:Exposure', name, { kind: spec.kind, host: spec.host }, opts);
    if (spec.kind === 'ingress') createIngress(this, name, args, spec);
    else createRoute(this, name, args, spec);
    const isClear = spec.kind === 'ingress' && spec.tlsSecretName === undefined;
    this.url = `${isClear ? 'http' : 'https'}://${spec.host}/`;
    this.registerOutputs({ url: this.url });
  }
}

function createIngress(
  parent: pulumi.Resource,
  name: string,
  args: ExposureArgs,
  spec: IngressSpec,
): void {
  const backend = { service: { name: args.restServiceName, port: { number: REST_PORT } } };
  const ingress: k8s.networking.v1.IngressArgs = {
    metadata: metadataOf(args),
    spec: {
      ingressClassName: spec.className,
      rules: [{ host: spec.host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      ...(spec.tlsSecretName === undefined
        ? {}
        : { tls: [{ hosts: [spec.host], secretName: spec.tlsSecretName }] }),
    },
  };
  new k8s.networking.v1.Ingress(
    `${name}-ingress`,
    applyTransform(ingress, args.transform?.ingress),
    { parent },
  );
}

function createRoute(
  parent: pulumi.Resource,
  name: string,
  args: ExposureArgs,
  spec: GatewaySpec,
): void {
  const route: RouteArgs = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadataOf(args),
    spec: {
      parentRefs: [{ name: spec.gatewayName, namespace: spec.fromNamespace }],
      hostnames: [spec.host],
      rules: [{ backendRefs: [{ name: args.restServiceName, port: REST_PORT }] }],
    },
  };
  new k8s.apiextensions.CustomResource(
    `${name}-route`,
    applyTransform(route, args.transform?.route),
    { parent },
  );
}

function metadataOf(args: ExposureArgs) {
  return {
    name: nameCluster(args.instance).restService,
    namespace: args.namespace,
    labels: clusterLabels(args.instance),
  };
}
