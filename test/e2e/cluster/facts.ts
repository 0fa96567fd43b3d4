// What scenarios know of where they run: `inject('facts')`. `own` is there only on the cluster that this suite started;
// a scenario that builds images or prepares directories skips itself without it, or asks the cluster for the like.

/** Which engine deploys the Pulumi program. */
export type DeploymentEngineKind = 'double' | 'pulumi';

/** What only the suite's own cluster can offer. All paths are the host's, and the same inside the node. */
export interface OwnCluster {
  /** Where images are pushed to and pulled from, `host:port`, plain HTTP. */
  readonly registry: string;
  /** For `DOCKER_HOST`. */
  readonly dockerHost: string;
  /** The docker CLI that matches the daemon. */
  readonly dockerCommand: string;
  /** The kubectl of the cluster's version. */
  readonly kubectl: string;
  /** Image for the build stage: Node, npm and a shell. */
  readonly buildImage: string;
  /** Image to run on: Node without a shell. */
  readonly baseImage: string;
  /** Directories in here may become static hostPath volumes. */
  readonly volumeRoot: string;
  /** Pid of the node's first process as the host sees it, for `nsenter`. */
  readonly nodePid: number;
  /** Everything the cluster writes; gone after the run. */
  readonly workDirectory: string;
}

/** One cluster: the suite's own, or any other that a kubeconfig leads to with an image it can pull. */
export type E2eFacts = {
  readonly kubeconfig: string;
  readonly engine: DeploymentEngineKind;
} & (
  | { readonly own: OwnCluster; readonly image?: undefined }
  | { readonly own?: undefined; readonly image: string }
);

declare module 'vitest' {
  interface ProvidedContext {
    facts: E2eFacts;
  }
}
