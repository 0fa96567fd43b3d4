// What pods of a stack may not do, asked of a running cluster: of its API server, and from within the pods.

import type { ApiException, V1Pod } from '@kubernetes/client-node';
import { expect, it, onTestFinished } from 'vitest';
import { probeFromOutside } from '../checks/network-probe.ts';
import { readPodFacts } from '../checks/pod-facts.ts';
import { grantedAccesses, rulesOf } from '../checks/service-account-rights.ts';
import { nameOf } from '../harness/cluster.ts';
import type { Cluster } from '../harness/cluster.ts';
import type { Platform } from '../harness/platform.ts';
import { openScenario } from '../harness/scenario.ts';
import { until } from '../harness/until.ts';

const ACCOUNTS = ['millrace-coordinator', 'millrace-worker', 'millrace-preflight'];
const DRY_RUN = { dryRun: 'All' };
/** Groups with reviews of oneself: every authenticated user may ask what it may do. */
const OWN_REVIEWS = ['authentication.k8s.io', 'authorization.k8s.io'];
/** Who and what process 1 of every container is: user and group of the image, no capability, seccomp filter, no new rights. */
const PROCESS = {
  Uid: '10001\t10001\t10001\t10001',
  Gid: '10001\t10001\t10001\t10001',
  CapEff: '0000000000000000',
  CapBnd: '0000000000000000',
  NoNewPrivs: '1',
  Seccomp: '2',
};

it('gives pods no rights in the cluster and nothing to change but their own directories', async () => {
  const { cluster, platform, start } = await openScenario({
    name: 'hardening',
    stackFile: 'paced',
  });
  await start();
  const pods = [await platform.coordinator(), ...(await platform.workers(2))];

  await expectNoRights(cluster, platform);
  for (const pod of pods) await expectConfined(cluster, pod);
  await expectRefusals(cluster, platform, pods);
  await expectRoom(cluster, platform);
  await expectBudget(cluster, platform);
  await expectPolicies(cluster, platform, pods);
});

async function expectNoRights({ core, config }: Cluster, { namespace }: Platform): Promise<void> {
  for (const name of ACCOUNTS) {
    expect(await grantedAccesses(config, namespace, name), name).toEqual([]);
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' };
    const { status } = await core.createNamespacedServiceAccountToken({
      namespace,
      name,
      body: { ...request, spec: { audiences: [], expirationSeconds: 600 } },
    });
    const rules = await rulesOf(config, namespace, status?.token ?? '');
    const others = rules.filter(
      ({ apiGroups, verbs }) =>
        !(apiGroups ?? ['*']).every((group) => OWN_REVIEWS.includes(group)) ||
        verbs.join() !== 'create',
    );
    expect(others, name).toEqual([]);
  }
}

async function expectConfined(cluster: Cluster, pod: V1Pod): Promise<void> {
  const name = nameOf(pod);
  const facts = await readPodFacts(cluster, pod.metadata?.namespace ?? '', name);
  expect(facts.status, name).toMatchObject(PROCESS);
  expect(facts.token, name).toBe('ENOENT');
  expect(facts.writes, name).toEqual({
    '/': 'EROFS',
    '/app': 'EROFS',
    '/usr': 'EROFS',
    '/etc': 'EROFS',
    '/tmp': 'written',
    '/var/lib/millrace/jobs': 'written',
  });
}

/** What the API server refuses in the namespace: a pod without restrictions, and a change of settings that pods run with. */
async function expectRefusals(
  { core }: Cluster,
  { namespace }: Platform,
  pods: readonly V1Pod[],
): Promise<void> {
  const containers = [{ name: 'main', image: 'example' }];
  const body = { metadata: { name: 'plain' }, spec: { containers } };
  expect(await refusalOf(core.createNamespacedPod({ namespace, body, ...DRY_RUN }))).toMatch(
    /^403 .*violates PodSecurity \\"restricted/,
  );

  const settings = new Set(pods.flatMap(settingsOf));
  expect(settings.size).toBe(2);
  for (const name of settings) {
    const change = [{ op: 'add', path: '/data/MILLRACE_LOG_LEVEL', value: 'trace' }];
    expect(
      await refusalOf(core.patchNamespacedConfigMap({ namespace, name, body: change, ...DRY_RUN })),
    ).toMatch(/^422 .*immutable/);
  }
}

function settingsOf(pod: V1Pod): readonly string[] {
  return (pod.spec?.containers ?? []).flatMap(({ envFrom }) =>
    (envFrom ?? []).map(({ configMapRef }) => configMapRef?.name ?? ''),
  );
}

/** The quota lets one more worker start beside all that run, as a roll-out needs: the API server counts it, and keeps nothing. */
async function expectRoom({ core }: Cluster, platform: Platform): Promise<void> {
  const { namespace } = platform;
  const { spec } = (await platform.workerDeployment()).spec?.template ?? {};
  if (spec === undefined) throw new Error('the Deployment of the workers has no template');
  const body = { metadata: { name: 'one-more' }, spec };
  await core.createNamespacedPod({ namespace, body, ...DRY_RUN });
}

/** One worker may be evicted, and no second one before the first is back. */
async function expectBudget({ core, policy }: Cluster, platform: Platform): Promise<void> {
  const { namespace } = platform;
  const evict = async ([first]: readonly V1Pod[]): Promise<unknown> => {
    const metadata = { name: nameOf(first ?? {}), namespace };
    return core.createNamespacedPodEviction({ ...metadata, body: { metadata } });
  };
  await until('the budget allows a disruption', async () => {
    const { status } = await policy.readNamespacedPodDisruptionBudget({
      name: 'millrace-worker',
      namespace,
    });
    return status?.disruptionsAllowed === 1;
  });
  const workers = await platform.workers(2);
  await evict(workers);
  expect(await refusalOf(evict(workers.slice(1)))).toMatch(/^429 /);
  await platform.workers(2);
}

/** Which answer is right depends on the cluster's network plugin; a mixture is not. */
async function expectPolicies(
  cluster: Cluster,
  platform: Platform,
  [coordinator]: readonly V1Pod[],
): Promise<void> {
  const namespace = `${platform.namespace}-outside`;
  onTestFinished(async () => {
    await cluster.core.deleteNamespace({ name: namespace });
    await until('the namespace of the probe is gone', async () => {
      return !(await cluster.namespaceExists(namespace));
    });
  }, 120_000);
  const [worker] = await platform.workers(2);
  const addressOf = (pod: V1Pod | undefined): string => pod?.status?.podIP ?? '';
  const targets = [
    `${addressOf(coordinator)} 8081`,
    `${addressOf(coordinator)} 6123`,
    `${addressOf(worker)} 6121`,
  ];
  const image = coordinator?.spec?.containers[0]?.image ?? '';
  const reached = await probeFromOutside(cluster, { namespace, image }, targets);
  const answers = new Set(Object.values(reached));
  expect(answers.size, JSON.stringify(reached)).toBe(1);
  console.log(
    answers.has('blocked')
      ? 'the network plugin enforces NetworkPolicy: nothing outside of the stack reaches its ports'
      : 'the network plugin does not enforce NetworkPolicy: the policies are there, and anyone reaches the ports',
  );
}

/** Code and answer of the refusal of a request; rejects when it was not refused. */
async function refusalOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
  } catch (error) {
    const { code, body } = error as ApiException<unknown>;
    return `${code} ${typeof body === 'string' ? body : JSON.stringify(body)}`;
  }
  throw new Error('the API server did not refuse it');
}
