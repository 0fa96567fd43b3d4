// `docker:index/image:Image` through the docker command: builds and pushes in an update, and only when the inputs or the
// content of the context differ from what was built last.
//   I1. Credentials are in a configuration folder that lives as long as one command; no argument or message has them.
//   I2. A preview runs no command.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { diffProperties } from '../property-diff.ts';
import { UNKNOWN, hasUnknown, isRecord, reveal } from '../property-value.ts';
import type { PropertyMap } from '../property-value.ts';
import type {
  Carried,
  ChangePlan,
  OperationContext,
  ProviderMaker,
  ResourceProvider,
  Target,
} from '../provider.ts';
import type { ResourceState } from '../stack-state.ts';
import { digestContext } from './context-digest.ts';

const run = promisify(execFile);
const BUILD_MS_MAX = 20 * 60_000;
const OUTPUT_BYTES_MAX = 64 * 1024 ** 2;
const LINES_SHOWN = 25;

/** Which daemon, by which command, and on which network the steps of a build run. */
export interface DockerOptions {
  /** As DOCKER_HOST; the daemon of the machine when left out. */
  readonly host?: string;
  /** @default 'docker' */
  readonly command?: string;
  /** As `docker build --network`; the resource's own setting wins. */
  readonly buildNetwork?: string;
}

interface Build {
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly platform?: string;
  readonly network?: string;
  readonly builderVersion?: string;
}
interface Registry {
  readonly server: string;
  readonly username: string;
  readonly password: string;
}
interface ImageInputs {
  readonly imageName: string;
  readonly build: Build;
  readonly registry?: Registry;
  readonly skipPush: boolean;
}

const INPUTS = ['imageName', 'build', 'registry', 'skipPush', 'buildOnPreview'];
const BUILD_INPUTS = [
  ...['context', 'dockerfile', 'args', 'target', 'platform', 'network', 'builderVersion'],
  'contextDigest',
];

/** Makes the provider for programs that run in `directory`. */
export function makeDockerProvider(directory: string, options: DockerOptions): ProviderMaker {
  return (settings) => {
    if (Object.keys(settings).length > 0) {
      throw new Error('the test engine takes the settings of Docker from its options only');
    }
    return new DockerProvider(directory, options);
  };
}

class DockerProvider implements ResourceProvider {
  readonly #directory: string;
  readonly #options: DockerOptions;

  constructor(directory: string, options: DockerOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  async check({ type, inputs, name }: Target): Promise<PropertyMap> {
    const build = isRecord(inputs['build']) ? inputs['build'] : {};
    const unknown = [
      ...Object.keys(inputs).filter((key) => !INPUTS.includes(key)),
      ...Object.keys(build).filter((key) => !BUILD_INPUTS.includes(key)),
    ];
    if (type !== 'docker:index/image:Image' || unknown.length > 0) {
      const what = unknown.length > 0 ? `${name}: ${unknown.join(', ')}` : type;
      throw new Error(`the test engine does not implement ${what} of the Docker provider`);
    }
    if (inputs['buildOnPreview'] === true) throw new Error('buildOnPreview is not implemented');
    if (hasUnknown([build['context'], build['dockerfile']])) return inputs;
    return { ...inputs, build: { ...build, contextDigest: this.#digest(build) } };
  }

  diff(old: ResourceState, { inputs }: Target): ChangePlan {
    const credentials = /^registry\.(username|password)$/;
    const changes = diffProperties(old.inputs, inputs).filter(
      ({ path }) => !credentials.test(path),
    );
    return { changes, replacedBy: [], deletesFirst: false };
  }

  async preview({ inputs }: Target): Promise<PropertyMap> {
    const { imageName } = inputs;
    return { imageName, baseImageName: imageName, repoDigest: UNKNOWN };
  }

  create(target: Target, context: OperationContext): Promise<Carried> {
    return this.#make(target, context);
  }

  update(target: Target, context: OperationContext): Promise<Carried> {
    return this.#make(target, context);
  }

  /** As the provider does: images and tags stay, others may use them. */
  async delete(): Promise<void> {
    // Nothing to do.
  }

  async #make({ inputs }: Target, context: OperationContext): Promise<Carried> {
    const image = this.#read(reveal(inputs) as PropertyMap);
    const { imageName, build, registry, skipPush } = image;
    const configuration = registry === undefined ? undefined : writeCredentials(registry);
    try {
      const docker = new DockerCommand(this.#directory, this.#options, configuration);
      context.progress('building');
      const environment = { DOCKER_BUILDKIT: await docker.buildKitOf(build) };
      await docker.run(this.#buildArguments(image), context.timeoutMs, environment);
      if (!skipPush) {
        context.progress('pushing');
        await docker.run(['push', '--quiet', imageName], context.timeoutMs);
      }
      const repoDigest = await docker.digestOf(imageName, skipPush);
      const { context: folder, dockerfile, platform } = build;
      const outputs = { imageName, baseImageName: imageName, repoDigest, dockerfile, platform };
      const registryServer = registry?.server ?? '';
      return { id: imageName, outputs: { ...outputs, context: folder, registryServer } };
    } finally {
      if (configuration !== undefined) rmSync(configuration, { recursive: true, force: true });
    }
  }

  #buildArguments({ imageName, build }: ImageInputs): readonly string[] {
    const { context, dockerfile, args, target, platform } = build;
    const network = build.network ?? this.#options.buildNetwork;
    return [
      ...['build', '--tag', imageName, '--file', dockerfile],
      ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
      ...(target === undefined ? [] : ['--target', target]),
      ...(platform === undefined ? [] : ['--platform', platform]),
      ...(network === undefined ? [] : ['--network', network]),
      context,
    ];
  }

  #read(inputs: PropertyMap): ImageInputs {
    const build = (inputs['build'] ?? {}) as Partial<Build>;
    const context = build.context ?? '.';
    return {
      ...(inputs as unknown as ImageInputs),
      skipPush: inputs['skipPush'] === true,
      build: {
        ...build,
        context,
        dockerfile: build.dockerfile ?? join(context, 'Dockerfile'),
        args: build.args ?? {},
      },
    };
  }

  #digest(build: Record<string, unknown>): string {
    const { context, dockerfile } = this.#read({ build: reveal(build) }).build;
    const [folder, file] = [context, dockerfile].map((path) =>
      isAbsolute(path) ? path : join(this.#directory, path),
    );
    if (!existsSync(file!)) throw new Error(`there is no Dockerfile at ${dockerfile}`);
    return digestContext(folder!, file!);
  }
}

/** The docker command with one daemon and one configuration. */
class DockerCommand {
  readonly #directory: string;
  readonly #options: DockerOptions;
  readonly #configuration: string | undefined;

  constructor(directory: string, options: DockerOptions, configuration: string | undefined) {
    this.#directory = directory;
    this.#options = options;
    this.#configuration = configuration;
  }

  async run(
    parameters: readonly string[],
    timeoutMs = BUILD_MS_MAX,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { host, command = 'docker' } = this.#options;
    try {
      const { stdout } = await run(command, [...parameters], {
        cwd: this.#directory,
        timeout: timeoutMs,
        maxBuffer: OUTPUT_BYTES_MAX,
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          ...(this.#configuration === undefined ? {} : { DOCKER_CONFIG: this.#configuration }),
          ...(host === undefined ? {} : { DOCKER_HOST: host }),
          ...environment,
        },
      });
      return stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      const said = `${stdout}${stderr}`.trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
      const why = said === '' ? String(error) : said;
      throw new Error(`\`${command} ${parameters[0] ?? ''}\` failed:\n${why}`, { cause: error });
    }
  }

  /** `1` where the client has BuildKit: built in before version 23, a plugin since. */
  async buildKitOf({ builderVersion }: Build): Promise<'0' | '1'> {
    if (builderVersion === 'BuilderV1') return '0';
    const version = await this.run(['version', '--format', '{{.Client.Version}}']);
    if (Number.parseInt(version) < 23) return '1';
    const hasPlugin = await this.run(['buildx', 'version']).then(
      () => true,
      () => false,
    );
    return hasPlugin ? '1' : '0';
  }

  /** `repository@sha256:…` of a pushed image, the image's id of one that stays here. */
  async digestOf(imageName: string, isLocal: boolean): Promise<string> {
    const format = isLocal ? '{{.Id}}' : '{{json .RepoDigests}}';
    const shown = (await this.run(['image', 'inspect', '--format', format, imageName])).trim();
    if (isLocal) return shown;
    const repository = imageName.replace(/:[^:/]+$/, '');
    const digests = JSON.parse(shown) as readonly string[];
    const digest = digests.find((candidate) => candidate.startsWith(`${repository}@`));
    if (digest === undefined) throw new Error(`${imageName} was pushed, but has no digest`);
    return digest;
  }
}

/** A folder with the credentials as `docker login` would write them; the caller removes it. */
function writeCredentials({ server, username, password }: Registry): string {
  const folder = mkdtempSync(join(tmpdir(), 'docker-config-')); // I1
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const content = JSON.stringify({ auths: { [server]: { auth } } });
  writeFileSync(join(folder, 'config.json'), content, { mode: 0o600 });
  return folder;
}
