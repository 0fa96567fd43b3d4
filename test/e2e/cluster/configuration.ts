// The configuration files of the node's components. Pure but for `writeConfiguration`. What can be said in flags is in
// `components.ts`.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { NODE_NAME } from './components.ts';
import type { Layout } from './layout.ts';
import type { Network } from './network.ts';

/** The image that holds a pod's namespaces, as containerd knows it. */
export const PAUSE_IMAGE = 'localhost/pause:1';
/** What pods may request in all, however many cores the machine has: scenarios fill it. */
const ALLOCATABLE_CORES = 2;

export interface ConfigurationOptions {
  readonly layout: Layout;
  readonly network: Network;
  readonly coreCount: number;
  /** Where the network plugins are. */
  readonly pluginDirectory: string;
}

/** Every file by its name. */
export function configurationFiles(options: ConfigurationOptions): Record<string, string> {
  const { layout, network } = options;
  const registry = `http://${network.registry}`;
  return {
    'containerd.toml': containerd(options),
    [`registries/${network.registry}/hosts.toml`]: [
      `server = "${registry}"`,
      `[host."${registry}"]`,
      '  capabilities = ["pull", "resolve"]',
      '',
    ].join('\n'),
    'registry.json': toJson({
      version: '0.1',
      log: { level: 'warn', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(layout.root, 'registry') } },
      http: { addr: network.registry },
    }),
    'cni/10-bridge.conflist': toJson(podNetwork(network)),
    'resolv.conf': `nameserver ${network.nodeAddress}\n`,
    'kubelet.json': toJson(kubelet(options)),
    'proxy.json': toJson(proxy(options)),
    Corefile: nameServer(options),
  };
}

/** Writes them all. */
export async function writeConfiguration(options: ConfigurationOptions): Promise<void> {
  for (const [name, content] of Object.entries(configurationFiles(options))) {
    const path = join(options.layout.configuration, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

function containerd({ layout, pluginDirectory }: ConfigurationOptions): string {
  return `version = 2
root = "${join(layout.root, 'containerd')}"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "${layout.containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # Root in a container may lack CAP_SYS_RESOURCE, and then cannot lower a score.
  restrict_oom_score_adj = true
  # A profile would be loaded into the machine's kernel and stay.
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${pluginDirectory}"
    conf_dir = "${join(layout.configuration, 'cni')}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${join(layout.configuration, 'registries')}"
`;
}

function podNetwork(network: Network): unknown {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: network.pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

function kubelet({ layout, network, coreCount }: ConfigurationOptions): unknown {
  const file = (name: string): string => join(layout.certificates, name);
  const reservedCores = coreCount - ALLOCATABLE_CORES;
  // A percentage of 0 switches a threshold off: the machine's disk and memory are not the scenarios' business.
  const never = '0%';
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${layout.cgroup}`,
    containerRuntimeEndpoint: `unix://${layout.containerdSocket}`,
    address: '0.0.0.0',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: file('ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: file('kubelet-server.crt'),
    tlsPrivateKeyFile: file('kubelet-server.key'),
    clusterDNS: [network.nodeAddress],
    clusterDomain: 'cluster.local',
    resolvConf: join(layout.configuration, 'resolv.conf'),
    podLogsDir: layout.podLogs,
    failSwapOn: false,
    ...(reservedCores > 0 ? { kubeReserved: { cpu: String(reservedCores) } } : {}),
    imageGCHighThresholdPercent: 100,
    evictionHard: {
      'memory.available': never,
      'nodefs.available': never,
      'nodefs.inodesFree': never,
      'imagefs.available': never,
    },
    nodeStatusUpdateFrequency: '5s',
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
  };
}

function proxy({ layout, network }: ConfigurationOptions): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: join(layout.configuration, 'proxy.kubeconfig') },
    clusterCIDR: network.pods,
    hostnameOverride: NODE_NAME,
    // These belong to the machine and cannot be written from a network namespace.
    conntrack: {
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: '0s',
      tcpCloseWaitTimeout: '0s',
    },
    iptables: { minSyncPeriod: '100ms' },
  };
}

function nameServer({ layout, network }: ConfigurationOptions): string {
  return `.:53 {
  bind ${network.nodeAddress}
  errors
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${join(layout.configuration, 'coredns.kubeconfig')}
    ttl 2
  }
  cache 2
}
`;
}

const toJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
