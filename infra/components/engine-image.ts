// The image that the pods run: built from this repository with a tag that is a hash of its sources, or one that exists.
//   I1. `prebuilt` registers nothing of Docker: a preview of it needs no daemon.

import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import { computeImageTag } from '../image-tag.ts';
import type { Transform } from '../k8s/transform.ts';
import { applyTransform } from '../k8s/transform.ts';
import type { StackConfig } from '../stack-schema.ts';

/** Build it, or use what exists. */
export type ImageSource = StackConfig['image'];
type ImageBuild = Extract<ImageSource, { source: 'build' }>;

export interface EngineImageArgs {
  /** Decides whether there is a build at all, hence plain. */
  readonly source: ImageSource;
  /**
   * Root of the repository, relative to where the program runs.
   * @default '.'
   */
  readonly context?: string;
  readonly transform?: { readonly image?: Transform<docker.ImageArgs> };
}

/** Gives the reference to put into a pod; with a build, pods wait for it. */
export class EngineImage extends pulumi.ComponentResource {
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: EngineImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:EngineImage', name, { source: args.source.source }, opts);
    const { source } = args;
    this.reference =
      source.source === 'prebuilt'
        ? pulumi.output(source.reference)
        : createBuild(this, name, source, args).imageName;
    this.registerOutputs({ reference: this.reference });
  }
}

function createBuild(
  parent: pulumi.Resource,
  name: string,
  build: ImageBuild,
  { context = '.', transform }: EngineImageArgs,
): docker.Image {
  const buildArguments = build.baseImage === undefined ? {} : { BASE_IMAGE: build.baseImage };
  const tag = computeImageTag(context, { platform: build.platform, ...buildArguments });
  const image: docker.ImageArgs = {
    imageName: `${build.repository}:${tag}`,
    build: {
      context,
      dockerfile: context === '.' ? 'runtime/Dockerfile' : `${context}/runtime/Dockerfile`,
      platform: build.platform,
      args: buildArguments,
    },
    skipPush: !build.push,
    ...(build.registry === undefined
      ? {}
      : { registry: { ...build.registry, password: pulumi.secret(build.registry.password) } }),
  };
  return new docker.Image(`${name}-build`, applyTransform(image, transform?.image), { parent });
}
