// The rights of one account in the stack's namespace: a Role with exactly them, and its binding. For an engine that keeps
// something in the API of the cluster; ours does not.

import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { componentLabels } from '../k8s/labels.ts';
import type { ComponentLabel } from '../k8s/labels.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';

export interface ApiAccessArgs {
  readonly namespace: pulumi.Input<string>;
  /** The cluster's name, for labels. */
  readonly instance: string;
  readonly component: ComponentLabel;
  readonly accountName: pulumi.Input<string>;
  /** Of the Role and of its binding. */
  readonly roleName: string;
  readonly rules: readonly k8s.types.input.rbac.v1.PolicyRule[];
  readonly transform?: Transform<k8s.rbac.v1.RoleArgs> | undefined;
}

/** Gives the account its rights; nothing when there are none. */
export function grantRights(
  parent: pulumi.Resource,
  name: string,
  args: ApiAccessArgs,
): readonly pulumi.Resource[] {
  const { namespace, rules, accountName } = args;
  if (rules.length === 0) return [];
  const labels = componentLabels(args.instance, args.component);
  const metadata = { name: args.roleName, namespace, labels };
  const role = new k8s.rbac.v1.Role(
    `${name}-role`,
    applyTransform({ metadata, rules: [...rules] }, args.transform),
    { parent },
  );
  const binding = new k8s.rbac.v1.RoleBinding(
    `${name}-role-binding`,
    {
      metadata,
      subjects: [{ kind: 'ServiceAccount', name: accountName, namespace }],
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name: role.metadata.name,
      },
    },
    { parent },
  );
  return [binding];
}
