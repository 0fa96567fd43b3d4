// Serves the page over a fake cluster that moves with the clock, to look at it: `node test/support/serve-fake.ts 8081`,
// then open http://127.0.0.1:8081. A second argument chooses a scene: `idle` has no jobs, `lost` stops answering after a
// few requests.

import { silentLog } from '../../runtime/core/log.ts';
import type { ClusterSnapshot } from '../../runtime/protocol/cluster-snapshot.ts';
import { startRestServer } from '../../runtime/server/rest-server.ts';
import { fakeIdleSnapshot, fakeSnapshot } from './fake-snapshot.ts';

const [port = '8081', scene = 'busy'] = process.argv.slice(2);
const ANSWERS_BEFORE_LOSS = 3;
const startedMs = Date.now();
let answers = 0;

function takeSnapshot(): ClusterSnapshot {
  if (scene === 'idle') return fakeIdleSnapshot();
  answers++;
  if (scene === 'lost' && answers > ANSWERS_BEFORE_LOSS) throw new Error('the fake was told to');
  return fakeSnapshot(95_000 + Date.now() - startedMs);
}

const server = await startRestServer({
  snapshot: takeSnapshot,
  isReady: () => true,
  cancelJob: () => true,
  log: silentLog,
  host: '127.0.0.1',
  port: Number(port),
});
console.log(`http://127.0.0.1:${server.port}`);
