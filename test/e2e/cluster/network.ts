// The addresses of a cluster: all of them in one block 10.N.0.0/16, so that one route leads there and one number keeps
// two clusters on a machine apart. The host reaches pods and Services directly; nothing outside of the machine does.

/** The block that stack files of the scenarios count on, by the registry's address in them. */
const DEFAULT_BLOCK = 203;

/** Where everything is. */
export interface Network {
  readonly block: number;
  /** The whole block, routed to the node. */
  readonly everything: string;
  /** The host's end of the link to the node, and the node's. */
  readonly hostAddress: string;
  readonly nodeAddress: string;
  /** The host's end of the link, as `ip link` names it (at most 15 characters). */
  readonly link: string;
  readonly pods: string;
  readonly services: string;
  /** The first Service: the API server's. */
  readonly apiService: string;
  readonly registry: string;
}

/** Lays a network out in block `10.<block>`. */
export function layOutNetwork(block: number): Network {
  const prefix = `10.${block}`;
  return {
    block,
    everything: `${prefix}.0.0/16`,
    hostAddress: `${prefix}.0.1`,
    nodeAddress: `${prefix}.0.2`,
    link: `millrace${block}`,
    pods: `${prefix}.1.0/24`,
    services: `${prefix}.2.0/24`,
    apiService: `${prefix}.2.1`,
    registry: `${prefix}.0.2:5000`,
  };
}

/** The block to use: MILLRACE_E2E_NETWORK moves the cluster where 10.203 is taken. */
export function chosenBlock(environment: NodeJS.ProcessEnv = process.env): number {
  const text = environment['MILLRACE_E2E_NETWORK'];
  if (text === undefined || text === '') return DEFAULT_BLOCK;
  const block = Number(text);
  if (Number.isInteger(block) && block > 0 && block < 255) return block;
  throw new Error(`MILLRACE_E2E_NETWORK is the N of 10.N.0.0/16, 1 to 254, and not ${text}`);
}
