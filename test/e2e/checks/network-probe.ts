// Whether a pod that no policy lets in reaches a port all the same: a pod of another namespace tries to connect, and its log
// tells. NetworkPolicy is carried out by the cluster's network plugin, and not by every one.

import type { Cluster } from '../harness/cluster.ts';
import { until } from '../harness/until.ts';

/** `open`: connected; `blocked`: no answer in time, or refused on the way. */
export type Reach = 'open' | 'blocked';

const CONNECT_MS = 3_000;

const SCRIPT = `
const { connect } = require('node:net');
const reach = (target) => new Promise((resolve) => {
  const [host, port] = target.split(' ');
  const socket = connect({ host, port: Number(port) });
  const end = (answer) => { socket.destroy(); resolve([target, answer]); };
  socket.setTimeout(${CONNECT_MS}, () => end('blocked'));
  socket.on('connect', () => end('open'));
  socket.on('error', () => end('blocked'));
});
Promise.all(process.argv.slice(1).map(reach)).then((all) => console.log(JSON.stringify(Object.fromEntries(all))));
`;

/** Tries `host port` from a pod of `namespace`, which this creates and whoever calls deletes. */
export async function probeFromOutside(
  cluster: Cluster,
  where: { readonly namespace: string; readonly image: string },
  targets: readonly string[],
): Promise<Readonly<Record<string, Reach>>> {
  const { namespace, image } = where;
  const name = 'outsider';
  await cluster.core.createNamespace({ body: { metadata: { name: namespace } } });
  await cluster.core.createNamespacedPod({ namespace, body: buildProbe(name, image, targets) });
  await until('the probe has ended', async () => {
    const { status } = await cluster.core.readNamespacedPod({ namespace, name });
    if (status?.phase === 'Failed') throw new Error(`the probe failed: ${JSON.stringify(status)}`);
    return status?.phase === 'Succeeded';
  });
  const log = await cluster.core.readNamespacedPodLog({ namespace, name });
  return JSON.parse(log) as Readonly<Record<string, Reach>>;
}

function buildProbe(name: string, image: string, targets: readonly string[]) {
  return {
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name,
          image,
          command: ['node', '-e', SCRIPT, ...targets],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
}
