// What the API server lets a service account do, asked in two ways: by the rules that apply to it, and request by request.

import type { V1ResourceRule } from '@kubernetes/client-node';
import { AuthorizationV1Api, KubeConfig } from '@kubernetes/client-node';

/** One thing to ask for, as in `kubectl auth can-i`. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
}

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
const RESOURCES: readonly Omit<Access, 'verb'>[] = [
  { group: '', resource: 'pods' },
  { group: '', resource: 'pods', subresource: 'exec' },
  { group: '', resource: 'configmaps' },
  { group: '', resource: 'secrets' },
  { group: '', resource: 'serviceaccounts', subresource: 'token' },
  { group: '', resource: 'nodes' },
  { group: '', resource: 'namespaces' },
  { group: 'apps', resource: 'deployments' },
  { group: 'apps', resource: 'deployments', subresource: 'scale' },
  { group: 'batch', resource: 'jobs' },
  { group: 'coordination.k8s.io', resource: 'leases' },
  { group: 'rbac.authorization.k8s.io', resource: 'rolebindings' },
];

const ACCESSES: readonly Access[] = RESOURCES.flatMap((resource) =>
  VERBS.map((verb) => ({ ...resource, verb })),
);

/** What a service account may do in its own namespace of all that an intruder would look for. */
export async function grantedAccesses(
  config: KubeConfig,
  namespace: string,
  account: string,
): Promise<readonly Access[]> {
  const api = config.makeApiClient(AuthorizationV1Api);
  const answers = await Promise.all(
    ACCESSES.map(async (access) => {
      const { status } = await api.createSubjectAccessReview({
        body: {
          spec: {
            user: `system:serviceaccount:${namespace}:${account}`,
            groups: groupsOf(namespace),
            resourceAttributes: { ...access, namespace },
          },
        },
      });
      return { access, allowed: status?.allowed ?? true };
    }),
  );
  return answers.filter(({ allowed }) => allowed).map(({ access }) => access);
}

/** The rules that apply to a token of a service account in its own namespace. */
export async function rulesOf(
  config: KubeConfig,
  namespace: string,
  token: string,
): Promise<readonly V1ResourceRule[]> {
  const { status } = await asBearer(config, token)
    .makeApiClient(AuthorizationV1Api)
    .createSelfSubjectRulesReview({ body: { spec: { namespace } } });
  if (status === undefined || status.incomplete) {
    throw new Error(`the rules of a service account of ${namespace} cannot be listed as a whole`);
  }
  return status.resourceRules;
}

/** The same cluster, by someone else. */
function asBearer(config: KubeConfig, token: string): KubeConfig {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig names no cluster');
  const other = new KubeConfig();
  other.loadFromClusterAndUser(cluster, { name: 'service-account', token });
  return other;
}

function groupsOf(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
}
