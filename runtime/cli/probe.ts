// The worker's probe for Kubernetes: `/healthz` says that the event loop turns, `/readyz` that the coordinator knows it.

import { createServer, type Server } from 'node:http';
import { EngineError } from '../core/errors.ts';

/** Throws `PORT_IN_USE`. */
export async function serveProbe(
  host: string,
  port: number,
  isReady: () => boolean,
): Promise<{ close(): void }> {
  const server = createServer((request, response) => {
    const isKnown = request.url === '/healthz' || request.url === '/readyz';
    const isFine = request.url === '/healthz' || isReady();
    response.writeHead(isKnown ? (isFine ? 200 : 503) : 404, { 'content-type': 'text/plain' });
    response.end(isKnown ? (isFine ? 'ok\n' : 'not registered\n') : 'not found\n');
  });
  await listen(server, host, port);
  return { close: () => server.close() };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `The probe port ${port} cannot be opened (${cause.code ?? cause.message}): set MILLRACE_PROBE_PORT to a free one, or 0.`;
      reject(new EngineError('PORT_IN_USE', message, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
