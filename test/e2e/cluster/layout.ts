// Where a cluster's files are. Everything it writes is in one working directory, which teardown removes as a whole; the
// state file beside it outlives a crash and says what else there is to undo.

import { join } from 'node:path';

import type { Network } from './network.ts';

/** The paths of one cluster. */
export interface Layout {
  readonly stateFile: string;
  readonly root: string;
  readonly certificates: string;
  readonly configuration: string;
  readonly logs: string;
  readonly podLogs: string;
  readonly images: string;
  readonly volumes: string;
  /** Programs are built here before they move to the cache. */
  readonly buildScratch: string;
  readonly nodeStatusFile: string;
  readonly factsFile: string;
  readonly resultsFile: string;
  readonly containerdSocket: string;
  readonly dockerSocket: string;
  /** Our own below the root of every hierarchy of control groups. */
  readonly cgroup: string;
  /** Kubeconfig of the administrator. */
  readonly kubeconfig: string;
  /** A kubectl that uses it. */
  readonly kubectl: string;
}

/** Lays the files of a cluster out in the cache. */
export function layOutFiles(cache: string, { block }: Pick<Network, 'block'>): Layout {
  const root = join(cache, `cluster-${block}`);
  const configuration = join(root, 'configuration');
  return {
    stateFile: join(cache, `cluster-${block}.json`),
    root,
    certificates: join(root, 'certificates'),
    configuration,
    logs: join(root, 'logs'),
    podLogs: join(root, 'pod-logs'),
    images: join(root, 'images'),
    volumes: join(root, 'volumes'),
    buildScratch: join(root, 'build'),
    nodeStatusFile: join(root, 'node-status.json'),
    factsFile: join(root, 'facts.json'),
    resultsFile: join(root, 'results.json'),
    containerdSocket: join(root, 'containerd.sock'),
    dockerSocket: join(root, 'docker', 'docker.sock'),
    cgroup: `millrace-e2e-${block}`,
    kubeconfig: join(configuration, 'admin.kubeconfig'),
    kubectl: join(root, 'kubectl'),
  };
}
