// What a cluster runs with: a ConfigMap a role with the environment of its pods, and one with the plan of its job and all
// settings for people to read in a preview.
//   I1. An environment is immutable and named by its content: a change of it rolls the pods that read it, and nothing else
//       does.
//   I2. Pods do not refer to the plan, so a change of its wording rolls nothing.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Role } from '../../runtime/deployment.ts';
import type { Environments } from '../engine-settings.ts';
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
  readonly environments: Environments;
  readonly plan: JobPlan;
  readonly transform?: {
    readonly coordinator?: Transform<k8s.core.v1.ConfigMapArgs>;
    readonly worker?: Transform<k8s.core.v1.ConfigMapArgs>;
    readonly plan?: Transform<k8s.core.v1.ConfigMapArgs>;
  };
}

/** Gives the names of the environments' ConfigMaps. */
export class ClusterSettings extends pulumi.ComponentResource {
  readonly coordinatorName: pulumi.Output<string>;
  readonly workerName: pulumi.Output<string>;

  constructor(name: string, args: ClusterSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:ClusterSettings', name, { planHash: args.plan.hash }, opts);
    this.coordinatorName = createEnvironment(this, name, args, 'coordinator').metadata.name;
    this.workerName = createEnvironment(this, name, args, 'worker').metadata.name;
    createPlan(this, name, args);
    const { coordinatorName, workerName } = this;
    this.registerOutputs({ coordinatorName, workerName });
  }
}

function createEnvironment(
  parent: pulumi.Resource,
  name: string,
  args: ClusterSettingsArgs,
  role: Role,
): k8s.core.v1.ConfigMap {
  const environment = args.environments[role];
  const settings: k8s.core.v1.ConfigMapArgs = {
    metadata: {
      name: nameByContent(`${args.instance}-${role}-settings`, environment), // I1
      namespace: args.namespace,
      labels: componentLabels(args.instance, role),
    },
    immutable: true,
    data: { ...environment },
  };
  return new k8s.core.v1.ConfigMap(
    nameByContent(`${name}-${role}`, environment),
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
      'coordinator.env': toText(listVariables(args.environments.coordinator)),
      'worker.env': toText(listVariables(args.environments.worker)),
    },
  };
  new k8s.core.v1.ConfigMap(`${name}-plan`, applyTransform(plan, args.transform?.plan), { parent });
}

function listVariables(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).map(([variable, value]) => `${variable}=${value}`);
}

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
