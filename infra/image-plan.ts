// Which image a stack runs: one that exists, or a build of what its engine needs, with a name that is known before it is built.
// Pure but for reading the files that the name is a hash of; components/engine-image.ts builds it.

import { basename, dirname } from 'node:path';
import { computeFilesTag, computeImageTag } from './image-tag.ts';
import type { StackConfig } from './stack-schema.ts';

/** Where the Dockerfile for Flink is, with its .dockerignore beside it. */
const FLINK_DOCKERFILE = 'infra/engines/flink/Dockerfile';

type ImageSection = StackConfig['image'];

/** A build as Docker is told of it; paths are relative to where the program runs. */
export interface ImageBuild {
  readonly kind: 'build';
  /** With the tag. */
  readonly name: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly platform: string;
  /** By the names of the Dockerfile; its own defaults hold for what is left out. */
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly push: boolean;
  readonly registry: Extract<ImageSection, { source: 'build' }>['registry'];
}

/** The image of a stack. */
export type ImagePlan = ImageBuild | { readonly kind: 'prebuilt'; readonly name: string };

/** What the image will be called. */
export function planImage(config: Pick<StackConfig, 'image' | 'engine'>): string {
  return planBuild(config).name;
}

/** How the image comes about. */
export function planBuild({ image, engine }: Pick<StackConfig, 'image' | 'engine'>): ImagePlan {
  if (image.source === 'prebuilt') return { kind: 'prebuilt', name: image.reference };
  const { repository, platform, push, registry } = image;
  const common = { kind: 'build', platform, push, registry } as const;
  if (engine.kind === 'flink') {
    const jar = engine.jar ?? '';
    const buildArguments = {
      BASE_IMAGE: image.baseImage ?? `apache/flink:${engine.version}-java17`,
      JAR: basename(jar),
    };
    const inputs = { platform, BASE_IMAGE: buildArguments.BASE_IMAGE };
    const tag = computeFilesTag([FLINK_DOCKERFILE, jar], inputs);
    const name = `${repository}:${tag}`;
    return { ...common, name, context: dirname(jar), dockerfile: FLINK_DOCKERFILE, buildArguments };
  }
  const buildArguments = {
    ...(image.baseImage === undefined ? {} : { BASE_IMAGE: image.baseImage }),
    ...(image.buildImage === undefined ? {} : { BUILD_IMAGE: image.buildImage }),
  };
  const name = `${repository}:${computeImageTag('.', { platform, ...buildArguments })}`;
  return { ...common, name, context: '.', dockerfile: 'runtime/Dockerfile', buildArguments };
}
