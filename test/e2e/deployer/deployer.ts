// Whoever deploys the Pulumi program: the test double of the engine, or the real `pulumi` where it is installed. Scenarios
// see no difference.

import type { E2eFacts } from '../cluster/facts.ts';
import type { Deployer, StackPlace } from './contract.ts';
import { EngineDeployer } from './engine-deployer.ts';
import { PulumiDeployer } from './pulumi-deployer.ts';

export type { Deployer, StackPlace } from './contract.ts';
export type { Outcome, Step } from '../../support/deployment-engine/outcome.ts';

/** The deployer of this run for one stack. */
export function makeDeployer(facts: E2eFacts, place: StackPlace): Deployer {
  const { kubeconfig, own } = facts;
  if (facts.engine === 'pulumi') {
    return new PulumiDeployer({ ...place, kubeconfig, dockerHost: own?.dockerHost });
  }
  return new EngineDeployer({
    ...place,
    kubeconfig,
    ...(own === undefined ? {} : { docker: { host: own.dockerHost, command: own.dockerCommand } }),
  });
}
