// The image that the pods run: built with a tag that is a hash of what goes in, or one that exists. What is built, image-plan.ts
// says.
//   I1. `prebuilt` registers nothing of Docker: a preview of it needs no daemon.

import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import type { ImageBuild, ImagePlan } from '../image-plan.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';

export interface EngineImageArgs {
  /** Decides whether there is a build at all, hence plain. */
  readonly plan: ImagePlan;
  readonly transform?: { readonly image?: Transform<docker.ImageArgs> };
}

/** Gives the reference to put into a pod; with a build, pods wait for it. */
export class EngineImage extends pulumi.ComponentResource {
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: EngineImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan } = args;
    super('millrace:platform:EngineImage', name, { source: plan.kind }, opts);
    this.reference =
      plan.kind === 'prebuilt'
        ? pulumi.output(plan.name)
        : createBuild(this, name, plan, args).imageName;
    this.registerOutputs({ reference: this.reference });
  }
}

function createBuild(
  parent: pulumi.Resource,
  name: string,
  plan: ImageBuild,
  { transform }: EngineImageArgs,
): docker.Image {
  const { context, dockerfile, platform, buildArguments, registry } = plan;
  const image: docker.ImageArgs = {
    imageName: plan.name,
    build: { context, dockerfile, platform, args: { ...buildArguments } },
    skipPush: !plan.push,
    ...(registry === undefined
      ? {}
      : { registry: { ...registry, password: pulumi.secret(registry.password) } }),
  };
  return new docker.Image(`${name}-build`, applyTransform(image, transform?.image), { parent });
}
