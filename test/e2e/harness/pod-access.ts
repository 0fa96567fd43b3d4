// How a scenario asks the pods of a stack: their REST API and their files, whatever is in their image.
//   I1. What is asked goes through the kubelet into the pod itself, so that no network policy is in the way.

import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { PortForward } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';

/** One pod. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** A request to a REST API. */
export interface RestRequest {
  readonly path: string;
  readonly method: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** One way to ask pods. */
export interface PodAccess {
  /** The text of the answer, whatever its status. */
  ask(pod: PodName, request: RestRequest): Promise<string>;
  /** All files below a folder that belong to a result, by their path in it. */
  readFiles(pod: PodName, folder: string): Promise<Readonly<Record<string, string>>>;
}

const REST_PORT = 8081;
const ANSWER_MS = 20_000;

/** For pods of our engine: Node is all that the image has. */
export function accessByNode(cluster: Cluster): PodAccess {
  return {
    async ask({ namespace, name }, { path, method, body }) {
      const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const script =
        `fetch('http://127.0.0.1:${REST_PORT}${path}', ${JSON.stringify(init)})` +
        '.then((answer) => answer.text()).then((text) => process.stdout.write(text))';
      return (await cluster.output(namespace, name, ['node', '-e', script])).toString();
    },
    async readFiles({ namespace, name }, folder) {
      const output = await cluster.output(namespace, name, ['node', '-e', READ_FILES, folder]);
      return JSON.parse(gunzipSync(output).toString()) as Readonly<Record<string, string>>;
    },
  };
}

/** For pods of Flink: a forwarded port, and a shell. A name with a leading dot is of a file that is not committed. */
export function accessByShell(cluster: Cluster): PodAccess {
  return {
    ask: (pod, request) => askForwarded(cluster, pod, request),
    async readFiles({ namespace, name }, folder) {
      const command = ['sh', '-c', PRINT_FILES, 'sh', folder];
      const output = await cluster.output(namespace, name, command);
      const lines = output.toString().split('\n');
      const pairs = lines.filter((line) => line !== '').map((line) => line.split(' '));
      return Object.fromEntries(
        pairs.map(([path = '', content = '']) => [path, Buffer.from(content, 'base64').toString()]),
      );
    },
  };
}

/** Opens a port of this machine for one request, which leads to the pod's. */
async function askForwarded(
  cluster: Cluster,
  { namespace, name }: PodName,
  { path, method, body }: RestRequest,
): Promise<string> {
  const forward = new PortForward(cluster.config);
  const server = createServer((socket) => {
    forward.portForward(namespace, name, [REST_PORT], socket, null, socket).catch(() => {
      socket.destroy(); // The request fails with it.
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { connection: 'close', 'content-type': 'application/json' },
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return await answer.text();
  } finally {
    server.close();
  }
}

/** Prints every file below its argument as one compressed JSON object. */
const READ_FILES = `
const { readdirSync, readFileSync } = require('node:fs');
const { join, relative } = require('node:path');
const root = process.argv[1];
const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const files = entries.map((entry) => join(entry.parentPath, entry.name));
const contents = files.map((file) => [relative(root, file), readFileSync(file, 'utf8')]);
process.stdout.write(require('node:zlib').gzipSync(JSON.stringify(Object.fromEntries(contents))));
`;

/** Prints a line for every file below its argument: its path, and its content in base64. */
const PRINT_FILES = `
cd "$1" || exit 1
find . -type f ! -name '.*' | while read -r file; do echo "$file $(base64 "$file" | tr -d '\\n')"; done
`;
