// Who changes the number of workers while nobody deploys: a HorizontalPodAutoscaler on the CPU of the worker containers.
// Scaling a streaming job restarts it, so it is quick to add workers and slow to take them away.

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { nameCluster } from '../cluster-contract.ts';
import { componentLabels } from '../k8s/labels.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';
import type { StackConfig } from '../stack-schema.ts';

/** How often the controller looks at all. */
const PERIOD_SECONDS_MIN = 15;
/** The most that the API takes. */
const PERIOD_SECONDS_MAX = 1_800;

/** The member of the union that scales by CPU. */
export type CpuScaling = Extract<StackConfig['autoscaling'], { mode: 'hpa' }>;

export interface AutoscalerArgs {
  readonly namespace: pulumi.Input<string>;
  /** The cluster's name: prefix of the name. */
  readonly instance: string;
  /** The Deployment that is scaled; it must not set its replicas. */
  readonly deploymentName: pulumi.Input<string>;
  readonly scaling: CpuScaling;
  readonly transform?: {
    readonly autoscaler?: Transform<k8s.autoscaling.v2.HorizontalPodAutoscalerArgs>;
  };
}

/** One HorizontalPodAutoscaler for one worker pool. */
export class Autoscaler extends pulumi.ComponentResource {
  constructor(name: string, args: AutoscalerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:Autoscaler', name, { ...args.scaling }, opts);
    createAutoscaler(this, name, args);
    this.registerOutputs({});
  }
}

function createAutoscaler(parent: pulumi.Resource, name: string, args: AutoscalerArgs): void {
  const { scaling } = args;
  const autoscaler: k8s.autoscaling.v2.HorizontalPodAutoscalerArgs = {
    metadata: {
      name: nameCluster(args.instance).workers,
      namespace: args.namespace,
      labels: componentLabels(args.instance, 'worker'),
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: args.deploymentName },
      minReplicas: scaling.minReplicas,
      maxReplicas: scaling.maxReplicas,
      metrics: [cpuMetric(scaling.cpuUtilization)],
      behavior: buildBehavior(scaling),
    },
  };
  new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    `${name}-hpa`,
    applyTransform(autoscaler, args.transform?.autoscaler),
    { parent },
  );
}

/** Of the worker's container alone: a sidecar that a mesh adds must not dilute it. */
function cpuMetric(averageUtilization: number): k8s.types.input.autoscaling.v2.MetricSpec {
  return {
    type: 'ContainerResource',
    containerResource: {
      name: 'cpu',
      container: 'worker',
      target: { type: 'Utilization', averageUtilization },
    },
  };
}

/** Each step restarts the job, so there is at most one a window: the doubled number up, a quarter of it down. */
function buildBehavior(
  scaling: CpuScaling,
): k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior {
  return {
    scaleUp: buildRules(scaling.scaleUpWindow / 1_000, 100),
    scaleDown: buildRules(scaling.scaleDownWindow / 1_000, 25),
  };
}

function buildRules(
  windowSeconds: number,
  percent: number,
): k8s.types.input.autoscaling.v2.HPAScalingRules {
  const periodSeconds = Math.min(Math.max(windowSeconds, PERIOD_SECONDS_MIN), PERIOD_SECONDS_MAX);
  return {
    stabilizationWindowSeconds: windowSeconds,
    policies: [{ type: 'Percent', value: percent, periodSeconds }],
  };
}
