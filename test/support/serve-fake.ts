// Serves the page over a fake cluster that moves with the clock, to look at it: `node test/support/serve-fake.ts 8081`,
// then open http://127.0.0.1:8081. A second argument chooses a scene: `idle` has no jobs, `lost` stops answering after a
// few requests.

import { silentLog } from '../../runtime/core/log.ts';
import type { ClusterSnapshot } from '../../runtime/protocol/cluster-snapshot.ts';
import { startRestServer } from '../../runtime/server/rest-server.ts';
import type { RestServer } from '../../runtime/server/rest-server.ts';
import { fakeIdleSnapshot, fakeSnapshot } from './fake-snapshot.ts';

const ANSWERS_BEFORE_LOSS = 3;

/** What the cluster does. */
export type Scene = 'busy' | 'idle' | 'lost';

/** A real server on the loopback address; port 0 takes any free one. */
export async function serveFake(port: number, scene: Scene): Promise<RestServer> {
  const startedMs = Date.now();
  let answers = 0;
  const takeSnapshot = (): ClusterSnapshot => {
    if (scene === 'idle') return fakeIdleSnapshot();
    answers++;
    if (scene === 'lost' && answers > ANSWERS_BEFORE_LOSS) throw new Error('the fake was told to');
    return fakeSnapshot(95_000 + Date.now() - startedMs);
  };
  return startRestServer({
    snapshot: takeSnapshot,
    isReady: () => true,
    cancelJob: () => true,
    log: silentLog,
    host: '127.0.0.1',
    port,
  });
}

if (import.meta.main) {
  const [port = '8081', scene = 'busy'] = process.argv.slice(2);
  const server = await serveFake(Number(port), scene as Scene);
  console.log(`http://127.0.0.1:${server.port}`);
}
