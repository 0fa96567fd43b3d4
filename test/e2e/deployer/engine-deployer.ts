// The test double of the engine as a deployer.

import { join, resolve } from 'node:path';
import type { DockerOptions } from '../../support/deployment-engine/docker/docker-image.ts';
import { DeploymentEngine } from '../../support/deployment-engine/deployment-engine.ts';
import type { Outcome } from '../../support/deployment-engine/outcome.ts';
import type { Deployer, StackPlace } from './contract.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
/** The steps of a build fetch packages through the machine's own network. */
const BUILD_NETWORK = 'host';

export interface EngineDeployerOptions extends StackPlace {
  readonly kubeconfig: string;
  readonly docker?: DockerOptions;
}

/** Its state is one file in the place's directory. */
export class EngineDeployer implements Deployer {
  readonly #engine: DeploymentEngine;

  constructor({ stackFile, directory, kubeconfig, docker }: EngineDeployerOptions) {
    this.#engine = new DeploymentEngine({
      directory: REPOSITORY,
      stack: 'e2e',
      stackFile,
      stateFile: join(directory, 'state.json'),
      kubeconfig,
      docker: { buildNetwork: BUILD_NETWORK, ...docker },
      onProgress: (line) => console.log(line),
      // A cluster on the same machine is quick to answer, and a scenario waits for every change.
      timeouts: { pollMs: 250 },
    });
  }

  preview(): Promise<Outcome> {
    return this.#engine.preview();
  }

  up(): Promise<Outcome> {
    return this.#engine.up();
  }

  destroy(): Promise<Outcome> {
    return this.#engine.destroy();
  }
}
