// The processes of the node and how each is started: the whole command lines, nothing else. Pure; `node-main.ts` starts
// them. What a component reads from a file is written by `configuration.ts`.

import { join } from 'node:path';

import type { Layout } from './layout.ts';
import type { Network } from './network.ts';

/** The only node. */
export const NODE_NAME = 'node1';

/** One process that is kept running. */
export interface Component {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

export interface ComponentOptions {
  readonly layout: Layout;
  readonly network: Network;
  /** Where the programs are. */
  readonly binaries: string;
}

type Flags = Readonly<Record<string, string | number | boolean>>;

function component(name: string, program: string, flags: Flags): Component {
  const words = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  return { name, command: [program, ...words] };
}

/** What must run before anything can be asked: the store, the API, the container runtime and the images. */
export function firstComponents(options: ComponentOptions): Component[] {
  const { layout } = options;
  return [
    etcd(options),
    apiServer(options),
    {
      name: 'containerd',
      command: ['containerd', '--config', join(layout.configuration, 'containerd.toml')],
    },
    {
      name: 'registry',
      command: ['docker-registry', 'serve', join(layout.configuration, 'registry.json')],
    },
  ];
}

/** What needs the API server and roles: controller manager and metrics-server end where those are missing. */
export function laterComponents(options: ComponentOptions): Component[] {
  const { layout, binaries } = options;
  const configuration = (file: string): string => join(layout.configuration, file);
  return [
    controllerManager(options),
    component('scheduler', join(binaries, 'kube-scheduler'), {
      ...delegated(layout, 'scheduler'),
      'leader-elect': false,
      'bind-address': '127.0.0.1',
    }),
    component('kubelet', join(binaries, 'kubelet'), {
      config: configuration('kubelet.json'),
      kubeconfig: configuration('kubelet.kubeconfig'),
      'hostname-override': NODE_NAME,
      'node-ip': options.network.nodeAddress,
    }),
    component('proxy', join(binaries, 'kube-proxy'), { config: configuration('proxy.json') }),
    {
      name: 'coredns',
      command: [join(binaries, 'coredns'), '-conf', configuration('Corefile')],
    },
    metricsServer(options),
  ];
}

function etcd({ layout, binaries }: ComponentOptions): Component {
  const client = 'http://127.0.0.1:2379';
  const peer = 'http://127.0.0.1:2380';
  return component('etcd', join(binaries, 'etcd'), {
    name: 'etcd',
    'data-dir': join(layout.root, 'etcd'),
    // The data does not outlive the run.
    'unsafe-no-fsync': true,
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `etcd=${peer}`,
    'log-level': 'warn',
  });
}

function apiServer({ layout, network, binaries }: ComponentOptions): Component {
  const file = (name: string): string => join(layout.certificates, name);
  return component('apiserver', join(binaries, 'kube-apiserver'), {
    'etcd-servers': 'http://127.0.0.1:2379',
    'bind-address': '0.0.0.0',
    'secure-port': 6443,
    'advertise-address': network.nodeAddress,
    'service-cluster-ip-range': network.services,
    'tls-cert-file': file('apiserver.crt'),
    'tls-private-key-file': file('apiserver.key'),
    'client-ca-file': file('ca.crt'),
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': file('service-account.pub'),
    'service-account-signing-key-file': file('service-account.key'),
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'kubelet-client-certificate': file('apiserver-kubelet-client.crt'),
    'kubelet-client-key': file('apiserver-kubelet-client.key'),
    'kubelet-certificate-authority': file('ca.crt'),
    'kubelet-preferred-address-types': 'InternalIP',
    // metrics-server is reached through the API server.
    'requestheader-client-ca-file': file('front-proxy-ca.crt'),
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': file('front-proxy-client.crt'),
    'proxy-client-key-file': file('front-proxy-client.key'),
    'enable-aggregator-routing': true,
    profiling: false,
  });
}

function controllerManager({ layout, binaries }: ComponentOptions): Component {
  return component('controller-manager', join(binaries, 'kube-controller-manager'), {
    ...delegated(layout, 'controller-manager'),
    'service-account-private-key-file': join(layout.certificates, 'service-account.key'),
    'root-ca-file': join(layout.certificates, 'ca.crt'),
    'use-service-account-credentials': true,
    // With the default rate the first ServiceAccounts come seconds later.
    'kube-api-qps': 300,
    'kube-api-burst': 600,
    'flex-volume-plugin-dir': '/var/lib/kubelet/volume-plugins',
    'leader-elect': false,
    'bind-address': '127.0.0.1',
    // Scenarios wait for the autoscaler; it should not wait for them.
    'horizontal-pod-autoscaler-sync-period': '5s',
    'horizontal-pod-autoscaler-downscale-stabilization': '30s',
  });
}

function metricsServer({ layout, binaries }: ComponentOptions): Component {
  const file = (extension: string): string =>
    join(layout.certificates, `metrics-server.${extension}`);
  return component('metrics-server', join(binaries, 'metrics-server'), {
    ...delegated(layout, 'metrics-server'),
    'secure-port': 4443,
    'tls-cert-file': file('crt'),
    'tls-private-key-file': file('key'),
    'kubelet-certificate-authority': join(layout.certificates, 'ca.crt'),
    'kubelet-preferred-address-types': 'InternalIP',
    // It ends at once unless the resolution exceeds the timeout.
    'metric-resolution': '10s',
    'kubelet-request-timeout': '5s',
  });
}

/** A component that has the API server authenticate and authorize its own callers. */
function delegated(layout: Layout, name: string): Flags {
  const kubeconfig = join(layout.configuration, `${name}.kubeconfig`);
  return {
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
  };
}
