// What every deployer of the Pulumi program can do for one stack, and where that stack is.

import type { Outcome } from '../../support/deployment-engine/outcome.ts';

/** One stack. Each method reads the stack file anew and rejects with `DeploymentError`. */
export interface Deployer {
  preview(): Promise<Outcome>;
  up(): Promise<Outcome>;
  destroy(): Promise<Outcome>;
}

/** Which stack, and where its state is kept while the test runs. */
export interface StackPlace {
  readonly stackFile: string;
  readonly directory: string;
}
