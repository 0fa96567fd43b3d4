// The real `pulumi` as a deployer, with its state in the place's directory. Never run where this was written, since the CLI
// and its plugins could not be installed there: it keeps to documented flags, and only the reading of the CLI's JSON is
// tested. Secrets in stack files must be plain, or encrypted with an empty passphrase.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { DeploymentError } from '../../support/deployment-engine/outcome.ts';
import type { Outcome } from '../../support/deployment-engine/outcome.ts';
import type { Deployer, StackPlace } from './contract.ts';
import { readDigest } from './pulumi-digest.ts';

const run = promisify(execFile);
const REPOSITORY = resolve(import.meta.dirname, '../../..');
const STACK = 'e2e';
/** Where the CLI writes the settings of a new stack; every command here names its own file instead. */
const STRAY_FILE = resolve(REPOSITORY, `stacks/Pulumi.${STACK}.yaml`);
const COMMAND_MS_MAX = 30 * 60_000;
const OUTPUT_BYTES_MAX = 256 * 1024 ** 2;

export interface PulumiDeployerOptions extends StackPlace {
  readonly kubeconfig: string;
  readonly dockerHost: string | undefined;
}

/** One stack of a backend of its own. */
export class PulumiDeployer implements Deployer {
  readonly #options: PulumiDeployerOptions;
  #isReady = false;

  constructor(options: PulumiDeployerOptions) {
    this.#options = options;
  }

  async preview(): Promise<Outcome> {
    const digest = await this.#digest('preview', []);
    return { ...digest, outputs: {} };
  }

  /** Its steps are those of a preview right before it: an update prints none that can be read. */
  async up(): Promise<Outcome> {
    const digest = await this.#digest('preview', []);
    await this.#change('up', ['--skip-preview', '--suppress-outputs'], digest);
    const outputs = await this.#pulumi(['stack', 'output', '--json', '--stack', STACK]);
    return { ...digest, outputs: JSON.parse(outputs) as Record<string, unknown> };
  }

  async destroy(): Promise<Outcome> {
    const digest = await this.#digest('destroy', ['--preview-only']);
    await this.#change('destroy', ['--skip-preview'], digest);
    return { ...digest, outputs: {} };
  }

  async #digest(command: string, flags: readonly string[]): Promise<Omit<Outcome, 'outputs'>> {
    await this.#prepare();
    try {
      return readDigest(await this.#pulumi([command, ...flags, '--json', ...this.#stackFlags()]));
    } catch (error) {
      throw toFailure(error, { steps: [], messages: [], warnings: [] });
    }
  }

  async #change(
    command: string,
    flags: readonly string[],
    digest: Omit<Outcome, 'outputs'>,
  ): Promise<void> {
    const common = ['--yes', '--suppress-progress', ...this.#stackFlags()];
    try {
      await this.#pulumi([command, ...flags, ...common]);
    } catch (error) {
      throw toFailure(error, digest);
    }
  }

  #stackFlags(): readonly string[] {
    return ['--stack', STACK, '--config-file', this.#options.stackFile];
  }

  async #prepare(): Promise<void> {
    if (this.#isReady) return;
    const hadFile = existsSync(STRAY_FILE);
    await this.#pulumi(['stack', 'select', '--create', STACK]);
    if (!hadFile) await rm(STRAY_FILE, { force: true });
    this.#isReady = true;
  }

  async #pulumi(parameters: readonly string[]): Promise<string> {
    const { directory, kubeconfig, dockerHost } = this.#options;
    const { stdout } = await run('pulumi', [...parameters, '--non-interactive'], {
      cwd: REPOSITORY,
      timeout: COMMAND_MS_MAX,
      maxBuffer: OUTPUT_BYTES_MAX,
      env: {
        ...process.env,
        KUBECONFIG: kubeconfig,
        PULUMI_BACKEND_URL: `file://${directory}`,
        PULUMI_CONFIG_PASSPHRASE: '',
        PULUMI_SKIP_UPDATE_CHECK: '1',
        ...(dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost }),
      },
    });
    return stdout;
  }
}

/** The CLI's own words, and the resource that its first error names: `error: ... (name):` in the tree it prints. */
function toFailure(error: unknown, digest: Omit<Outcome, 'outputs'>): DeploymentError {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  const said = `${stdout}\n${stderr}`.trim();
  const message = said === '' ? String(error) : said;
  const resource = /^\s+\S+ \((.+)\):$/m.exec(message)?.[1] ?? '';
  return new DeploymentError(resource, message, { ...digest, outputs: {} });
}
