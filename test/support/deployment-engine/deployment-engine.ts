// A small double of `pulumi preview`, `up` and `destroy` for machines where the real engine cannot be installed: it runs the
// unmodified program through the SDK's own entry point, decides steps as the engine does and carries them out on a real
// cluster and a real Docker daemon.
//   I1. What a program uses and this engine does not implement fails; nothing is silently left out.
//   I2. A preview changes nothing, and asks Docker nothing.
//   I3. No secret leaves in a message, a step or an output.
// It differs from the real engine on purpose in two points: a resource is recorded as soon as it exists, not when it is
// ready, so that a crash loses none; and previews with Docker images need no daemon.

import { resolve } from 'node:path';
import { Deployment } from './deployment.ts';
import type { DeploymentContext } from './deployment.ts';
import { makeDockerProvider } from './docker/docker-image.ts';
import type { DockerOptions } from './docker/docker-image.ts';
import { makeKubernetesProvider } from './kubernetes/kubernetes-provider.ts';
import type { KubernetesTimeouts } from './kubernetes/kubernetes-provider.ts';
import { DeploymentError } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { ProgramProcess } from './program-process.ts';
import { redact, secretTexts } from './property-value.ts';
import { ProviderRegistry } from './provider-registry.ts';
import type { ProviderMaker } from './provider.ts';
import { ResourceMonitor } from './resource-monitor.ts';
import { readStackConfig } from './stack-config.ts';
import type { StackConfig } from './stack-config.ts';
import { StackState } from './stack-state.ts';

const PROGRAM_MS_MAX = 30 * 60_000;

export interface EngineOptions {
  /** Of the project: it has Pulumi.yaml and package.json. */
  readonly directory: string;
  readonly stack: string;
  readonly stackFile: string;
  readonly stateFile: string;
  /** Of the cluster; without it a preview stays offline and an update fails. */
  readonly kubeconfig?: string;
  readonly docker?: DockerOptions;
  /** Encrypts the secrets in the state. */
  readonly passphrase?: string;
  readonly onProgress?: (line: string) => void;
  readonly timeouts?: Partial<KubernetesTimeouts> & { readonly programMs?: number };
  /** Makers of providers by package, in the place of those for Kubernetes and Docker. */
  readonly providers?: Readonly<Record<string, ProviderMaker>>;
}

interface Run {
  readonly config: StackConfig;
  readonly deployment: Deployment;
  readonly messages: string[];
  readonly secrets: Set<string>;
}

/** One stack; its operations must not overlap. */
export class DeploymentEngine {
  readonly #options: EngineOptions;

  constructor(options: EngineOptions) {
    this.#options = { ...options, directory: resolve(options.directory) };
  }

  /** What `up` would do; rejects with `DeploymentError` where it would certainly fail. */
  preview(): Promise<Outcome> {
    return this.#deploy(true);
  }

  /** Brings the stack to what the program describes; rejects with `DeploymentError`. */
  up(): Promise<Outcome> {
    return this.#deploy(false);
  }

  /** Deletes everything of the stack; rejects with `DeploymentError`. */
  async destroy(): Promise<Outcome> {
    const run = this.#begin(false);
    await run.deployment.removeAll();
    return endOf(run);
  }

  async #deploy(isPreview: boolean): Promise<Outcome> {
    const run = this.#begin(isPreview);
    const exitCode = await this.#runProgram(run, isPreview);
    if (run.deployment.failure === undefined && exitCode !== 0) {
      const said = run.messages.length === 0 ? '' : `:\n${run.messages.join('\n')}`;
      run.deployment.fail('', new Error(`the program ended with exit code ${exitCode}${said}`));
    }
    if (run.deployment.failure === undefined) await run.deployment.finish();
    return endOf(run);
  }

  #begin(isPreview: boolean): Run {
    const { directory, stack, stackFile, stateFile, passphrase = '' } = this.#options;
    const config = readStackConfig(directory, stack, stackFile);
    const secrets = new Set(config.secrets.filter((text) => text !== ''));
    const context: DeploymentContext = {
      stack,
      project: config.project,
      isPreview,
      state: new StackState(stateFile, passphrase),
      providers: new ProviderRegistry(this.#makers(), config.disabledDefaultProviders),
      progress: (line) => this.#options.onProgress?.(conceal(line, secrets)),
    };
    return { config, deployment: new Deployment(context), messages: [], secrets };
  }

  #makers(): Readonly<Record<string, ProviderMaker>> {
    const { directory, docker, timeouts, providers } = this.#options;
    return (
      providers ?? {
        kubernetes: makeKubernetesProvider(timeouts ?? {}),
        docker: makeDockerProvider(directory, docker ?? {}),
      }
    );
  }

  async #runProgram(run: Run, isPreview: boolean): Promise<number> {
    const { deployment, config, messages, secrets } = run;
    const underWay = new Set<Promise<unknown>>();
    const monitor = new ResourceMonitor({
      register: async (registration) => {
        for (const text of secretTexts(registration.inputs)) secrets.add(text);
        const registered = deployment.register(registration);
        underWay.add(registered);
        try {
          return await registered;
        } catch (error) {
          program.kill();
          throw error;
        } finally {
          underWay.delete(registered);
        }
      },
      refuse: (resource, error) => {
        deployment.fail(resource, error);
        program.kill();
      },
      registerOutputs: (urn, outputs) => deployment.registerOutputs(urn, outputs),
      log: (severity, text) => {
        if (severity === 'warning' || severity === 'error') messages.push(text);
        else if (severity === 'info') this.#options.onProgress?.(conceal(text, secrets));
      },
    });
    const { directory, stack, kubeconfig, timeouts } = this.#options;
    const program = new ProgramProcess({
      directory,
      stack,
      isPreview,
      project: config.project,
      address: await monitor.listen(),
      config: config.values,
      secretKeys: config.secretKeys,
      environment: kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig },
      timeoutMs: timeouts?.programMs ?? PROGRAM_MS_MAX,
      print: (line) => messages.push(line),
    });
    try {
      return await program.ended;
    } finally {
      await Promise.allSettled(underWay);
      monitor.close();
    }
  }
}

/** Resolves or throws with how far the run came. */
function endOf({ deployment, messages, secrets }: Run): Outcome {
  const { steps, warnings, outputs, failure } = deployment;
  const outcome: Outcome = {
    steps,
    outputs: redact(outputs) as Record<string, unknown>,
    messages: messages.map((text) => conceal(text, secrets)),
    warnings: warnings.map((text) => conceal(text, secrets)),
  };
  if (failure === undefined) return outcome;
  const where = failure.resource === '' ? '' : `${failure.resource}: `;
  throw new DeploymentError(
    failure.resource,
    conceal(`${where}${failure.message}`, secrets),
    outcome,
  );
}

function conceal(text: string, secrets: ReadonlySet<string>): string {
  return [...secrets].reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), text);
}
