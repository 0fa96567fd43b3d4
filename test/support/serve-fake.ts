// Serves the page over a fake cluster that moves with the clock, to look at it: `node test/support/serve-fake.ts 8081`,
// then open http://127.0.0.1:8081. `idle` as second argument shows a cluster without jobs.

import { silentLog } from '../../runtime/core/log.ts';
import { startRestServer } from '../../runtime/server/rest-server.ts';
import { fakeIdleSnapshot, fakeSnapshot } from './fake-snapshot.ts';

const [port = '8081', scene = 'busy'] = process.argv.slice(2);
const startedMs = Date.now();

const server = await startRestServer({
  snapshot: () =>
    scene === 'idle' ? fakeIdleSnapshot() : fakeSnapshot(95_000 + Date.now() - startedMs),
  isReady: () => true,
  cancelJob: () => true,
  log: silentLog,
  host: '127.0.0.1',
  port: Number(port),
});
console.log(`http://127.0.0.1:${server.port}`);
