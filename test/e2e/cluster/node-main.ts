// The node: runs inside its namespaces as the only child of their first process, and starts the components. Started by
// `node.ts` as `node node-main.ts <cache> <block> <binaries>`; its end is the end of everything in the node.
//   I1. The API server answers, and all roles are in place, before the components that need them start.
//   I2. A component that ends during the start fails the start; later it is started again, as a service manager would.

import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { runCommand } from '../machine/command.ts';
import { firstComponents, laterComponents, NODE_NAME, type Component } from './components.ts';
import { layOutFiles } from './layout.ts';
import { layOutNetwork } from './network.ts';
import { writeNodeStatus } from './node-status.ts';

const [, , cache = '', block = '', binaries = ''] = process.argv;
const network = layOutNetwork(Number(block));
const layout = layOutFiles(cache, network);

const POLL_MS = 100;
const STEP_MS = 90_000;
const RESTART_MS = 1000;
const REQUEST_MS = 5000;

const steps: string[] = [];
let isReady = false;
let fail: (error: Error) => void;
/** Settles with the first failure of the start. */
const failure = new Promise<never>((_, reject) => (fail = reject));

class ComponentFailure extends Error {
  readonly logFile: string;

  constructor(name: string, how: string, logFile: string) {
    super(`${name} ended during the start (${how})`);
    this.logFile = logFile;
  }
}

function startComponent({ name, command: [program, ...rest] }: Component): void {
  const logFile = join(layout.logs, `${name}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(program, rest, { stdio: ['ignore', log, log] });
  closeSync(log);
  let hasEnded = false;
  const onEnd = (how: string): void => {
    if (hasEnded) return;
    hasEnded = true;
    console.log(`${name} ended (${how})`);
    if (!isReady) fail(new ComponentFailure(name, how, logFile));
    else setTimeout(() => startComponent({ name, command: [program, ...rest] }), RESTART_MS); // I2
  };
  child.once('error', (error) => onEnd(error.message));
  child.once('exit', (code, signal) => onEnd(String(code ?? signal)));
}

function report(step: string): void {
  steps.push(step);
  writeNodeStatus(layout.nodeStatusFile, { kind: 'starting', steps });
}

/** Waits until something holds; what it throws meanwhile is why it did not. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + STEP_MS;
  let last: unknown = 'no';
  while (performance.now() < deadlineMs) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    await delay(POLL_MS);
  }
  throw new Error(`waited ${STEP_MS / 1000} s in vain until ${what}: ${String(last)}`);
}

const certificate = (name: string): Buffer => readFileSync(join(layout.certificates, name));
const credentials = {
  ca: certificate('ca.crt'),
  cert: certificate('admin.crt'),
  key: certificate('admin.key'),
};

/** Asks the API server as the administrator. */
async function getFromApi(path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const url = `https://${network.nodeAddress}:6443${path}`;
    const call = request(url, { ...credentials, timeout: REQUEST_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }),
      );
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error(`no answer from ${url}`)));
    call.on('error', reject);
    call.end();
  });
}

async function isThere(path: string): Promise<boolean> {
  return (await getFromApi(path)).status === 200;
}

async function isNodeReady(): Promise<boolean> {
  const { status, body } = await getFromApi(`/api/v1/nodes/${NODE_NAME}`);
  if (status !== 200) return false;
  const node = JSON.parse(body) as {
    status?: { conditions?: readonly { type: string; status: string }[] };
  };
  const conditions = node.status?.conditions ?? [];
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

async function importImages(): Promise<void> {
  const ctr = ['ctr', '-a', layout.containerdSocket, '-n', 'k8s.io'] as const;
  await until('containerd answers', async () => (await runCommand([...ctr, 'version'])) !== '');
  await runCommand([...ctr, 'images', 'import', join(layout.images, 'pause.tar')]);
}

async function applyManifests(): Promise<void> {
  const template = readFileSync(join(import.meta.dirname, 'manifests/system.yaml'), 'utf8');
  const manifests = template
    .replaceAll('NODE_ADDRESS', network.nodeAddress)
    .replaceAll('AUTHORITY', credentials.ca.toString('base64'));
  const cacheOption = `--cache-dir=${join(layout.root, 'kubectl-cache')}`;
  const kubectl = [join(binaries, 'kubectl'), cacheOption, `--kubeconfig=${layout.kubeconfig}`];
  await runCommand([...kubectl, 'apply', '-f', '-'] as unknown as [string], { input: manifests });
}

async function setUpNamespaces(): Promise<void> {
  for (const name of ['kubelet', 'cni']) mkdirSync(join(layout.root, name), { recursive: true });
  const link = async (): Promise<boolean> =>
    Promise.resolve(existsSync('/proc/sys/net/ipv4/conf/eth0'));
  await until('the host has made the link', link);
  await runCommand(['sh', join(import.meta.dirname, 'node-setup.sh')], {
    environment: {
      NODE_NAME,
      NODE_ADDRESS: network.nodeAddress,
      HOST_ADDRESS: network.hostAddress,
      ROOT: layout.root,
    },
  });
}

async function start(): Promise<void> {
  const options = { layout, network, binaries };
  await setUpNamespaces();
  firstComponents(options).forEach(startComponent);
  const images = importImages();
  images.catch(fail);
  await until('the API server is ready', async () => isThere('/readyz'));
  report('API server ready');
  await applyManifests();
  laterComponents(options).forEach(startComponent); // I1
  await until('the node is ready', isNodeReady);
  report('node ready');
  const namespace = '/api/v1/namespaces/default';
  await until('there is a ServiceAccount', async () =>
    isThere(`${namespace}/serviceaccounts/default`),
  );
  await until('there is a root certificate', async () =>
    isThere(`${namespace}/configmaps/kube-root-ca.crt`),
  );
  await images;
}

try {
  await Promise.race([start(), failure]);
  isReady = true;
  writeNodeStatus(layout.nodeStatusFile, { kind: 'ready', steps });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const logFile = error instanceof ComponentFailure ? error.logFile : undefined;
  const where = logFile === undefined ? {} : { logFile };
  writeNodeStatus(layout.nodeStatusFile, { kind: 'failed', steps, message, ...where });
  process.exit(1);
}
