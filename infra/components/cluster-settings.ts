// What a cluster runs with, as two ConfigMaps: the environment of its pods, and the plan of its job for people to read in
// a preview.
//   I1. The environment is immutable and named by its content: a change of it rolls the pods, and nothing else does.
//   I2. Pods do not refer to the plan, so a change of its wording rolls nothing.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { nameByContent } from '../k8s/content-name.ts';
import { clusterLabels } from '../k8s/labels.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';

/** The plan of a job: a line an operator, and a hash that changes with what matters to its state. */
export interface JobPlan {
  readonly lines: readonly string[];
  readonly hash: string;
}

export interface ClusterSettingsArgs {
  readonly namespace: pulumi.Input<string>;
  /** The cluster's name: prefix of the names. */
  readonly instance: string;
  /** Plain, since the name is computed from it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly plan: JobPlan;
  readonly transform?: {
    readonly settings?: Transform<k8s.core.v1.ConfigMapArgs>;
    readonly plan?: Transform<k8s.core.v1.ConfigMapArgs>;
  };
}

/** Gives the name of the environment's ConfigMap. */
export class ClusterSettings extends pulumi.ComponentResource {
  readonly settingsName: pulumi.Output<string>;

  constructor(name: string, args: ClusterSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:ClusterSettings', name, { planHash: args.plan.hash }, opts);
    this.settingsName = createSettings(this, name, args).metadata.name;
    createPlan(this, name, args);
    this.registerOutputs({ settingsName: this.settingsName });
  }
}

function createSettings(
  parent: pulumi.Resource,
  name: string,
  args: ClusterSettingsArgs,
): k8s.core.v1.ConfigMap {
  const settings: k8s.core.v1.ConfigMapArgs = {
    metadata: {
      name: nameByContent(`${args.instance}-settings`, args.environment),
      namespace: args.namespace,
      labels: clusterLabels(args.instance),
    },
    immutable: true,
    data: { ...args.environment },
  };
  return new k8s.core.v1.ConfigMap(
    `${name}-environment`,
    applyTransform(settings, args.transform?.settings),
    { parent },
  );
}

function createPlan(parent: pulumi.Resource, name: string, args: ClusterSettingsArgs): void {
  const plan: k8s.core.v1.ConfigMapArgs = {
    metadata: {
      name: `${args.instance}-plan`,
      namespace: args.namespace,
      labels: clusterLabels(args.instance),
    },
    data: { 'plan.txt': `${args.plan.lines.join('\n')}\n`, 'plan.hash': args.plan.hash },
  };
  new k8s.core.v1.ConfigMap(`${name}-plan`, applyTransform(plan, args.transform?.plan), { parent });
}
