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
  /** What the reference will be, known before the image is built. */
  readonly plannedName: string;

  constructor(name: string, args: EngineImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super('millrace:platform:EngineImage', name, { source: args.source.source }, opts);
    const { source } = args;
    if (source.source === 'prebuilt') {
      this.plannedName = source.reference;
      this.reference = pulumi.output(source.reference);
    } else {
      this.plannedName = nameBuild(source, args);
      this.reference = createBuild(this, name, source, args).imageName;
    }
    this.registerOutputs({ reference: this.reference });
  }
}

function nameBuild(build: ImageBuild, { context = '.' }: EngineImageArgs): string {
  const tag = computeImageTag(context, { platform: build.platform, ...buildArgumentsOf(build) });
  return `${build.repository}:${tag}`;
}

/** By the names of the Dockerfile; its own defaults hold for what is left out. */
function buildArgumentsOf({ baseImage, buildImage }: ImageBuild): Record<string, string> {
  return {
    ...(baseImage === undefined ? {} : { BASE_IMAGE: baseImage }),
    ...(buildImage === undefined ? {} : { BUILD_IMAGE: buildImage }),
  };
}

function createBuild(
  parent: pulumi.Resource,
  name: string,
  build: ImageBuild,
  args: EngineImageArgs,
): docker.Image {
  const { context = '.', transform } = args;
  const image: docker.ImageArgs = {
    imageName: nameBuild(build, args),
    build: {
      context,
      dockerfile: context === '.' ? 'runtime/Dockerfile' : `${context}/runtime/Dockerfile`,
      platform: build.platform,
      args: buildArgumentsOf(build),
    },
    skipPush: !build.push,
    ...(build.registry === undefined
      ? {}
      : { registry: { ...build.registry, password: pulumi.secret(build.registry.password) } }),
  };
  return new docker.Image(`${name}-build`, applyTransform(image, transform?.image), { parent });
}
