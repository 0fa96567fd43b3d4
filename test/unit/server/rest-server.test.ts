// The server on a real socket.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';

import { silentLog } from '../../../runtime/core/log.ts';
import { startRestServer } from '../../../runtime/server/rest-server.ts';
import type { RestServer } from '../../../runtime/server/rest-server.ts';
import { fakeSnapshot } from '../../support/fake-snapshot.ts';

const started: RestServer[] = [];

async function start(port: number, host = '127.0.0.1'): Promise<RestServer> {
  const server = await startRestServer({
    snapshot: () => fakeSnapshot(),
    isReady: () => true,
    cancelJob: () => true,
    log: silentLog,
    host,
    port,
  });
  started.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

it('answers on the port it says it opened', async () => {
  const { port } = await start(0);
  const response = await fetch(`http://127.0.0.1:${port}/v1/overview`);
  expect(await response.json()).toMatchObject({ taskmanagers: 2 });
});

it('stops answering after stop, even with a connection kept open', async () => {
  const server = await start(0);
  const address = `http://127.0.0.1:${server.port}/healthz`;
  await (await fetch(address)).text();
  await server.stop();
  await expect(fetch(address)).rejects.toThrow();
});

it('names a taken port, and how to choose another', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const failing = start(port);
  await expect(failing).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  await expect(failing).rejects.toThrow(
    `REST port ${port} on 127.0.0.1 is in use. Choose another with --rest-port N or MILLRACE_REST_PORT`,
  );
  await new Promise((resolve) => taken.close(resolve));
});

it('refuses an address that is not its own', async () => {
  await expect(start(0, '203.0.113.1')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
