// The provider's rules that need no cluster: deployment-engine/kubernetes/{readiness,replacement-rules,managed-fields}.ts, and
// what its checks refuse.

import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../support/deployment-engine/kubernetes/api-client.ts';
import { makeKubernetesProvider } from '../../support/deployment-engine/kubernetes/kubernetes-provider.ts';
import { keepIgnoredFields } from '../../support/deployment-engine/kubernetes/managed-fields.ts';
import {
  assessClaim,
  assessDeployment,
  assessJob,
  assessQuota,
  assessService,
} from '../../support/deployment-engine/kubernetes/readiness.ts';
import { diffProperties } from '../../support/deployment-engine/property-diff.ts';
import type { PropertyMap } from '../../support/deployment-engine/property-value.ts';
import { makeState } from './fake-things.ts';

function object(kind: string, fields: object = {}, apiVersion = 'v1'): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'x', generation: 2 }, ...fields };
}

describe('readiness', () => {
  const conditions = [
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    { type: 'Available', status: 'True' },
  ];
  const status = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const deployment = (changes: object): KubernetesObject =>
    object('Deployment', { spec: { replicas: 2 }, status: { ...status, conditions, ...changes } });

  it('of a Deployment is a complete rollout of its newest revision', () => {
    expect(assessDeployment(deployment({}))).toEqual({ kind: 'ready' });
    expect(assessDeployment(deployment({ observedGeneration: 1 })).kind).toBe('waiting');
    expect(assessDeployment(deployment({ updatedReplicas: 1 })).kind).toBe('waiting');
    expect(assessDeployment(deployment({ replicas: 3 })).kind).toBe('waiting');
    expect(assessDeployment(deployment({ conditions: conditions.slice(1) })).kind).toBe('waiting');
    const refused = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' };
    expect(assessDeployment(deployment({ conditions: [refused] }))).toEqual({
      kind: 'waiting',
      reason: 'pods are refused: exceeded quota',
    });
  });

  it('of a Job is its success, and its failure is final', () => {
    const job = (type: string): KubernetesObject =>
      object('Job', {
        status: { conditions: [{ type, status: 'True', reason: 'r', message: 'm' }] },
      });
    expect(assessJob(job('Complete'))).toEqual({ kind: 'ready' });
    expect(assessJob(job('Failed'))).toEqual({ kind: 'failed', reason: 'the Job failed: r m' });
    expect(assessJob(object('Job')).kind).toBe('waiting');
  });

  it('of a Service asks for pods only where there must be some', () => {
    const slices = [object('EndpointSlice', { endpoints: [{ addresses: ['10.0.0.1'] }] })];
    const service = (spec: object): KubernetesObject =>
      object('Service', { spec: { type: 'ClusterIP', selector: { app: 'x' }, ...spec } });
    expect(assessService(service({}), slices).kind).toBe('ready');
    expect(assessService(service({}), []).kind).toBe('waiting');
    expect(assessService(service({ clusterIP: 'None' }), []).kind).toBe('ready');
    expect(assessService(service({ selector: {} }), []).kind).toBe('ready');
    expect(assessService(service({ type: 'ExternalName' }), []).kind).toBe('ready');
    expect(assessService(service({ type: 'LoadBalancer' }), slices).kind).toBe('waiting');
  });

  it('of a claim does not wait for a pod that waits for the claim', () => {
    const claim = object('PersistentVolumeClaim', { status: { phase: 'Pending' } });
    const late = object('StorageClass', { volumeBindingMode: 'WaitForFirstConsumer' });
    expect(assessClaim(claim, undefined).kind).toBe('waiting');
    expect(assessClaim(claim, late).kind).toBe('ready');
    const bound = object('PersistentVolumeClaim', { status: { phase: 'Bound' } });
    expect(assessClaim(bound, undefined).kind).toBe('ready');
  });

  it('of a quota is that it is in force', () => {
    const quota = (hard: object): KubernetesObject =>
      object('ResourceQuota', { spec: { hard: { pods: '4' } }, status: { hard } });
    expect(assessQuota(quota({ pods: '4' })).kind).toBe('ready');
    expect(assessQuota(quota({})).kind).toBe('waiting');
  });
});

describe('a change', () => {
  const provider = makeKubernetesProvider({})({});
  const plan = (before: PropertyMap, after: PropertyMap) =>
    provider.diff(makeState('x', { inputs: before, outputs: before }), {
      ...makeState('x'),
      inputs: after,
      ignoreChanges: [],
      old: undefined,
    });

  it('replaces what the API server would not change, under a fixed name the old one first', () => {
    const map = (name: string, data: object): PropertyMap => ({
      ...object('ConfigMap', { data }),
      metadata: { name, namespace: 'n' },
    });
    expect(plan(map('a', { x: '1' }), map('a', { x: '2' }))).toMatchObject({
      replacedBy: ['data.x'],
      deletesFirst: true,
    });
    expect(plan(map('a', {}), map('b', {}))).toMatchObject({
      replacedBy: ['metadata.name'],
      deletesFirst: false,
    });
  });

  it('updates the rest', () => {
    const deployment = (spec: object): PropertyMap => ({
      ...object('Deployment', { spec }, 'apps/v1'),
    });
    expect(plan(deployment({ replicas: 1 }), deployment({ replicas: 2 })).replacedBy).toEqual([]);
    const moved = plan(
      deployment({ selector: { matchLabels: { a: '1' } } }),
      deployment({ selector: { matchLabels: { a: '2' } } }),
    );
    expect(moved.replacedBy).toEqual(['spec.selector.matchLabels.a']);
    const claim = (size: string): PropertyMap => ({
      ...object('PersistentVolumeClaim', { spec: { resources: { requests: { storage: size } } } }),
    });
    expect(plan(claim('1Gi'), claim('2Gi')).replacedBy).toEqual([]);
  });

  it('replaces a Job that failed where the annotation asks for it', () => {
    const job: PropertyMap = {
      ...object('Job', {}, 'batch/v1'),
      metadata: { name: 'x', annotations: { 'pulumi.com/replaceUnready': 'true' } },
    };
    expect(plan(job, job).replacedBy).toEqual([
      'metadata.annotations["pulumi.com/replaceUnready"]',
    ]);
    expect(diffProperties(job, job)).toEqual([]);
  });
});

describe('an ignored field', () => {
  const live: KubernetesObject = {
    ...object('Deployment', { spec: { replicas: 4, paused: false } }),
    metadata: {
      name: 'x',
      managedFields: [
        { manager: 'pulumi-kubernetes-1', fieldsV1: { 'f:spec': { 'f:paused': {} } } },
        { manager: 'kube-controller-manager', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      ],
    },
  };
  const ours = 'pulumi-kubernetes-1';
  const keep = (manifest: PropertyMap, paths: readonly string[], fieldManager = ours) =>
    keepIgnoredFields(manifest, live, { paths, fieldManager });

  it('of another manager is not sent', () => {
    expect(keep({ spec: { replicas: 1 } }, ['spec.replicas'])).toEqual({ spec: {} });
  });

  it('of ours, or of nobody, is sent as it is in the cluster', () => {
    expect(keep({ spec: { paused: true } }, ['spec.paused'])).toEqual({ spec: { paused: false } });
    const owner = 'kube-controller-manager';
    expect(keep({ spec: {} }, ['spec.replicas'], owner)).toEqual({ spec: { replicas: 4 } });
    expect(keep({ spec: { other: 1 } }, ['spec.other'])).toEqual({ spec: { other: 1 } });
  });

  it('is never inside of a list', () => {
    expect(() => keep({}, ['spec.containers[0].image'])).toThrow('paths into lists');
  });
});

describe('what the provider does not do', () => {
  const provider = makeKubernetesProvider({})({});
  const check = (inputs: PropertyMap, type = 'kubernetes:core/v1:ConfigMap'): Promise<unknown> =>
    provider.check({ ...makeState('x'), type, inputs, ignoreChanges: [], old: undefined });

  it('is refused', async () => {
    await expect(check({ ...object('ConfigMap'), metadata: {} })).rejects.toThrow(
      'no metadata.name',
    );
    await expect(check({}, 'kubernetes:helm.sh/v3:Release')).rejects.toThrow('not a plain object');
    await expect(check({ ...object('StatefulSet', {}, 'apps/v1') })).rejects.toThrow(
      'cannot wait for a StatefulSet',
    );
    const annotations = { 'pulumi.com/waitFor': 'condition=Ready' };
    await expect(
      check({ ...object('ConfigMap'), metadata: { name: 'x', annotations } }),
    ).rejects.toThrow('pulumi.com/waitFor');
    expect(() => makeKubernetesProvider({})({ renderYamlToDirectory: 'out' })).toThrow(
      'renderYamlToDirectory',
    );
  });
});
