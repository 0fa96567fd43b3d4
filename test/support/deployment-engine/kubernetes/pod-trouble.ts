// Why the pods of a Deployment or a Job do not do their part, in the words of the kubelet and the scheduler, with the last
// lines that a failing container wrote.

import { valueAt } from '../property-path.ts';
import type { ApiClient, KubernetesObject } from './api-client.ts';

const LOG_LINES = '8';
const PODS_SHOWN = 3;

/** States on the way to a start; what takes long there is in the events. */
const STARTING = ['ContainerCreating', 'PodInitializing'];

interface Waiting {
  readonly reason?: string;
  readonly message?: string;
}
interface Terminated extends Waiting {
  readonly exitCode: number;
}
interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: { readonly waiting?: Waiting; readonly terminated?: Terminated };
  readonly lastState?: { readonly terminated?: Terminated };
}
interface PodCondition extends Waiting {
  readonly type: string;
  readonly status: string;
}

/** A line or more for each pod of the owner that has something to say. */
export async function describePods(
  client: ApiClient,
  owner: KubernetesObject,
): Promise<readonly string[]> {
  const selector = valueAt(owner, ['spec', 'selector', 'matchLabels']) ?? {};
  const pods = await client.list(
    { apiVersion: 'v1', kind: 'Pod', namespace: owner.metadata.namespace ?? 'default' },
    selector as Record<string, string>,
  );
  // A pod that is on its way out says nothing about what is to come.
  const staying = pods.filter(
    (pod) => valueAt(pod, ['metadata', 'deletionTimestamp']) === undefined,
  );
  const described = await Promise.all(staying.map((pod) => describePod(client, pod)));
  return described
    .filter((lines) => lines.length > 0)
    .slice(0, PODS_SHOWN)
    .flat();
}

async function describePod(client: ApiClient, pod: KubernetesObject): Promise<readonly string[]> {
  const conditions = (valueAt(pod, ['status', 'conditions']) ?? []) as readonly PodCondition[];
  const unscheduled = conditions.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  const statuses = ['initContainerStatuses', 'containerStatuses'].flatMap(
    (field) => (valueAt(pod, ['status', field]) ?? []) as readonly ContainerStatus[],
  );
  const troubles = await Promise.all(
    statuses.map((status) => describeContainer(client, pod, status)),
  );
  const lines = [
    ...(unscheduled === undefined ? [] : [describeState(unscheduled)]),
    ...troubles.flat(),
  ];
  return lines.map((line) => `pod ${pod.metadata.name}: ${line}`);
}

async function describeContainer(
  client: ApiClient,
  pod: KubernetesObject,
  { name, ready, restartCount, state, lastState }: ContainerStatus,
): Promise<readonly string[]> {
  const ended = [state?.terminated, lastState?.terminated].find(
    (one) => one !== undefined && one.exitCode !== 0,
  );
  const isStarting = STARTING.includes(state?.waiting?.reason ?? '');
  const waiting = isStarting ? undefined : state?.waiting;
  if (waiting === undefined && ended === undefined) {
    if (ready || state?.terminated !== undefined) return [];
    const event = isStarting ? await readLastEvent(client, pod) : '';
    return [`container ${name} is not ready${event === '' ? '' : `: ${event}`}`];
  }
  const lines = [
    ...(waiting === undefined ? [] : [`container ${name}: ${describeState(waiting)}`]),
    ...(ended === undefined
      ? []
      : [`container ${name} ended with ${ended.exitCode}: ${describeState(ended)}`]),
  ];
  if (ended === undefined) return lines;
  const previous = state?.terminated === undefined && restartCount > 0;
  return [...lines, ...(await readLastLines(client, pod, { name, previous }))];
}

async function readLastEvent(client: ApiClient, { metadata }: KubernetesObject): Promise<string> {
  const { namespace = 'default', uid } = metadata;
  const events = await client.list({ apiVersion: 'v1', kind: 'Event', namespace });
  const about = events.filter((event) => valueAt(event, ['involvedObject', 'uid']) === uid);
  const timeOf = (event: KubernetesObject): string =>
    (event['lastTimestamp'] ?? event['eventTime'] ?? '') as string;
  const last = about.sort((left, right) => (timeOf(left) < timeOf(right) ? -1 : 1)).at(-1);
  return last === undefined ? '' : describeState(last as Waiting);
}

function describeState({ reason = '', message = '' }: Waiting): string {
  return [reason, message.trim()].filter((text) => text !== '').join(': ');
}

async function readLastLines(
  client: ApiClient,
  pod: KubernetesObject,
  { name, previous }: { readonly name: string; readonly previous: boolean },
): Promise<readonly string[]> {
  const query = { container: name, tailLines: LOG_LINES, previous: String(previous) };
  try {
    const log = await client.readLog(pod, query);
    const lines = log.split('\n').filter((line) => line !== '');
    return lines.map((line) => `  ${name} | ${line}`);
  } catch (error) {
    return [`  its log cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}
