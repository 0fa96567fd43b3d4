// What the pods of every stack have in common whatever engine they run: ports, folders, and the names of a cluster's objects.

/** Ports of the container contract. */
export const REST_PORT = 8081;
export const RPC_PORT = 6123;
export const DATA_PORT = 6121;
export const PROBE_PORT = 8082;

/** Where the pods see their volumes. */
export const JOB_DIRECTORY = '/var/lib/millrace/jobs';
export const CHECKPOINT_DIRECTORY = '/var/lib/millrace/checkpoints';
export const SECRET_DIRECTORY = '/etc/millrace/secrets';

/** Names that several components must agree on, because they reach each other by them. */
export interface ClusterNames {
  readonly coordinator: string;
  readonly workers: string;
  /** Headless Service of the coordinator, for workers. */
  readonly rpcService: string;
  /** Service of the REST API and the page. */
  readonly restService: string;
}

/** The names of a cluster's objects, from its prefix. */
export function nameCluster(name: string): ClusterNames {
  return {
    coordinator: `${name}-coordinator`,
    workers: `${name}-worker`,
    rpcService: `${name}-coordinator-rpc`,
    restService: `${name}-rest`,
  };
}
