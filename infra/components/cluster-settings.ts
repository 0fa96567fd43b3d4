// What a cluster runs with: a ConfigMap a role with the settings of its pods, and one with the plan of its job and all
// settings for people to read in a preview.
//   I1. Settings are immutable and named by their content: a change rolls the pods that read them, and nothing else
//       does.
//   I2. Pods do not refer to the plan, so a change of its wording rolls nothing.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Role } from '../../runtime/deployment.ts';
import type { Engine } from '../engines/engine.ts';
import { nameByContent } from '../k8s/content-name.ts';
import { clusterLabels, componentLabels } from '../k8s/labels.ts';
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
  /** Plain, since the names are computed from it. */
  readonly engine: Pick<Engine, 'settings' | 'shownSettings'>;
  readonly plan: JobPlan;
  readonly transform?: {
    readonly coordinator?: Transform<k8s.core.v1.ConfigMapArgs>;
    readonly worker?: Transform<k8s.core.v1.ConfigMapArgs>;
    readonly plan?: Transform<k8s.core.v1.ConfigMapArgs>;
  };
}

/** Gives the names of the roles' ConfigMaps. */
export class ClusterSettings extends pulumi.ComponentResource {
  readonly coordinatorName: pulumi.Output<string>;
  readonly workerName: pulumi.Output<string>;

  constructor(name: string, args: ClusterSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:ClusterSettings', name, { planHash: args.plan.hash }, opts);
    this.coordinatorName = createRoleSettings(this, name, args, 'coordinator').metadata.name;
    this.workerName = createRoleSettings(this, name, args, 'worker').metadata.name;
    createPlan(this, name, args);
    const { coordinatorName, workerName } = this;
    this.registerOutputs({ coordinatorName, workerName });
  }
}

function createRoleSettings(
  parent: pulumi.Resource,
  name: string,
  args: ClusterSettingsArgs,
  role: Role,
): k8s.core.v1.ConfigMap {
  const content = args.engine.settings[role];
  const settings: k8s.core.v1.ConfigMapArgs = {
    metadata: {
      name: nameByContent(`${args.instance}-${role}-settings`, content), // I1
      namespace: args.namespace,
      labels: componentLabels(args.instance, role),
    },
    immutable: true,
    data: { ...content },
  };
  return new k8s.core.v1.ConfigMap(
    nameByContent(`${name}-${role}`, content),
    applyTransform(settings, args.transform?.[role]),
    { parent },
  );
}

/** The settings too: theirs are objects of their own, so that only here a preview shows which line of them changes. */
function createPlan(parent: pulumi.Resource, name: string, args: ClusterSettingsArgs): void {
  const plan: k8s.core.v1.ConfigMapArgs = {
    metadata: {
      name: `${args.instance}-plan`,
      namespace: args.namespace,
      labels: clusterLabels(args.instance),
    },
    data: {
      'plan.txt': toText(args.plan.lines),
      'plan.hash': args.plan.hash,
      ...args.engine.shownSettings,
    },
  };
  new k8s.core.v1.ConfigMap(`${name}-plan`, applyTransform(plan, args.transform?.plan), { parent });
}

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
