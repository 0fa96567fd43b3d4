// Who is who in the cluster: two authorities and a certificate for each component, by the openssl command. Made anew for
// every cluster, and gone with its working directory.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from '../machine/command.ts';
import { NODE_NAME } from './components.ts';
import type { Layout } from './layout.ts';
import type { Network } from './network.ts';

interface Certificate {
  readonly name: string;
  readonly subject: string;
  readonly usage: 'clientAuth' | 'serverAuth' | 'clientAuth,serverAuth';
  /** Names and addresses that a server answers to. */
  readonly names?: readonly string[];
  readonly authority?: 'ca' | 'front-proxy-ca';
}

const DAYS = '30';

/** The components that call the API server; each gets a kubeconfig. */
const API_CLIENTS = [
  'admin',
  'controller-manager',
  'scheduler',
  'kubelet',
  'proxy',
  'coredns',
  'metrics-server',
] as const;

function certificates(network: Network): Certificate[] {
  const client = (name: string, subject: string): Certificate => ({
    name,
    subject,
    usage: 'clientAuth',
  });
  const service = 'kubernetes.default.svc';
  return [
    {
      name: 'apiserver',
      subject: '/CN=kube-apiserver',
      usage: 'serverAuth',
      names: [
        ...['kubernetes', 'kubernetes.default', service, `${service}.cluster.local`].map(dns),
        ...['127.0.0.1', network.apiService, network.nodeAddress].map(ip),
      ],
    },
    {
      name: 'kubelet-server',
      subject: `/CN=${NODE_NAME}`,
      usage: 'serverAuth',
      names: [dns(NODE_NAME), ip(network.nodeAddress)],
    },
    {
      name: 'metrics-server',
      subject: '/CN=metrics-server',
      usage: 'clientAuth,serverAuth',
      names: [dns('metrics-server.kube-system.svc')],
    },
    { ...client('front-proxy-client', '/CN=front-proxy-client'), authority: 'front-proxy-ca' },
    client('apiserver-kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client'),
    client('admin', '/O=system:masters/CN=admin'),
    client('controller-manager', '/CN=system:kube-controller-manager'),
    client('scheduler', '/CN=system:kube-scheduler'),
    client('kubelet', `/O=system:nodes/CN=system:node:${NODE_NAME}`),
    client('proxy', '/CN=system:kube-proxy'),
    client('coredns', '/CN=coredns'),
  ];
}

/** Writes keys, certificates and kubeconfigs. */
export async function writeCertificates(
  layout: Layout,
  network: Network,
  signal: AbortSignal,
): Promise<void> {
  const directory = layout.certificates;
  const openssl = async (...rest: string[]): Promise<string> =>
    runCommand(['openssl', ...rest], { cwd: directory, signal });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await Promise.all(['ca', 'front-proxy-ca'].map(async (name) => makeAuthority(openssl, name)));
  await Promise.all([
    ...certificates(network).map(async (one, index) => sign(openssl, directory, one, index + 1)),
    openssl('genrsa', '-out', 'service-account.key', '2048').then(async () =>
      openssl('rsa', '-in', 'service-account.key', '-pubout', '-out', 'service-account.pub'),
    ),
  ]);
  await Promise.all(API_CLIENTS.map(async (name) => writeKubeconfig(layout, network, name)));
}

type OpenSsl = (...rest: string[]) => Promise<string>;

async function makeAuthority(openssl: OpenSsl, name: string): Promise<void> {
  await makeKey(openssl, name);
  const extensions = [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign,cRLSign,digitalSignature',
  ].flatMap((extension) => ['-addext', extension]);
  const subject = ['-subj', `/CN=${name}`, '-days', DAYS];
  await openssl(
    'req',
    '-x509',
    '-new',
    ...keyOf(name),
    ...subject,
    ...extensions,
    '-out',
    `${name}.crt`,
  );
}

async function sign(
  openssl: OpenSsl,
  directory: string,
  one: Certificate,
  serial: number,
): Promise<void> {
  const { name, subject, usage, names, authority = 'ca' } = one;
  await makeKey(openssl, name);
  await openssl('req', '-new', ...keyOf(name), '-subj', subject, '-out', `${name}.csr`);
  const extensions = [
    'basicConstraints=CA:FALSE',
    'keyUsage=critical,digitalSignature,keyEncipherment',
    `extendedKeyUsage=${usage}`,
    ...(names === undefined ? [] : [`subjectAltName=${names.join(',')}`]),
  ];
  await writeFile(join(directory, `${name}.ext`), `${extensions.join('\n')}\n`);
  await openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-days', DAYS, '-extfile', `${name}.ext`],
    ...['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-out', `${name}.crt`],
    ...['-set_serial', String(serial)],
  );
}

async function makeKey(openssl: OpenSsl, name: string): Promise<void> {
  await openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
}

async function writeKubeconfig(layout: Layout, network: Network, name: string): Promise<void> {
  const file = (extension: string): string => join(layout.certificates, `${name}.${extension}`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'e2e',
        cluster: {
          server: `https://${network.nodeAddress}:6443`,
          'certificate-authority': join(layout.certificates, 'ca.crt'),
        },
      },
    ],
    users: [{ name, user: { 'client-certificate': file('crt'), 'client-key': file('key') } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: name } }],
    'current-context': 'e2e',
  };
  await mkdir(layout.configuration, { recursive: true });
  const path = join(layout.configuration, `${name}.kubeconfig`);
  await writeFile(path, JSON.stringify(config, undefined, 2), { mode: 0o600 });
}

const keyOf = (name: string): string[] => ['-key', `${name}.key`];
const dns = (name: string): string => `DNS:${name}`;
const ip = (address: string): string => `IP:${address}`;
