// The HTTP server of the coordinator: opens the port, serves the routes, closes again. What is answered is in routes.ts.

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { EngineError } from '../core/errors.ts';
import type { ClusterAccess } from './routes.ts';

/** More connections than people and probes need; a further one is closed at once. */
const CONNECTIONS_MAX = 512;
const HEADER_BYTES_MAX = 16 * 1024;
const REQUEST_TIMEOUT_MS = 15_000;

export interface RestServerOptions extends ClusterAccess {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface RestServer {
  /** The port that was opened. */
  readonly port: number;
  /** Closes the port and every connection; resolves when no request is being answered any more. */
  stop(): Promise<void>;
}

/** Resolves when requests are answered. Throws `PORT_IN_USE`, or `CONFIG_INVALID` for an address that cannot be opened. */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const { host, port, log } = options;
  const server = createServer(
    { maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: REQUEST_TIMEOUT_MS },
    answerWith(options),
  );
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, host, port);
  const opened = (server.address() as AddressInfo).port;
  server.on('error', (error) => log.error('the REST server failed', { error: error.message }));
  log.info('REST server listening', { host, port: opened });
  return { port: opened, stop: () => close(server) };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The routes and their library are loaded with the first request: a job starts sooner without them. */
function answerWith(options: RestServerOptions): Answer {
  let loading: Promise<Answer> | undefined;
  return async (request, response) => {
    loading ??= loadRoutes(options);
    const answer = await loading;
    await answer(request, response);
  };
}

async function loadRoutes(options: RestServerOptions): Promise<Answer> {
  const [{ getRequestListener }, { createRestApp }] = await Promise.all([
    import('@hono/node-server'),
    import('./routes.ts'),
  ]);
  return getRequestListener(createRestApp(options).fetch);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => reject(explain(error, host, port));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): EngineError {
  const remedy = 'Choose another with --rest-port N or MILLRACE_REST_PORT (0 takes any free port).';
  if (error.code === 'EADDRINUSE') {
    return new EngineError('PORT_IN_USE', `REST port ${port} on ${host} is in use. ${remedy}`, {
      cause: error,
    });
  }
  return new EngineError(
    'CONFIG_INVALID',
    `The REST server cannot listen on ${host}:${port} (${error.code ?? error.message}). ${remedy}`,
    { cause: error },
  );
}
