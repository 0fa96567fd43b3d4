// Which scenarios are run and how they are counted: scenarios.ts. And where a cluster is: cluster/network.ts, layout.ts.

import { describe, expect, it } from 'vitest';

import { UsageError } from '../../e2e/arguments.ts';
import { configurationFiles } from '../../e2e/cluster/configuration.ts';
import { layOutFiles } from '../../e2e/cluster/layout.ts';
import { chosenBlock, layOutNetwork } from '../../e2e/cluster/network.ts';
import { describeTally, selectScenarios, tally } from '../../e2e/scenarios.ts';

describe('scenarios', () => {
  it('are all run, or those that were named', () => {
    expect(selectScenarios([], ['loss', 'up'])).toStrictEqual(['loss', 'up']);
    expect(selectScenarios(['up'], ['loss', 'up'])).toStrictEqual(['up']);
    expect(() => selectScenarios(['down'], ['loss', 'up'])).toThrow(UsageError);
  });

  it('are counted by their tests, and fail without a result', () => {
    const result = (name: string, status: string, ...statuses: string[]) => ({
      name: `/repository/test/e2e/scenarios/${name}.test.ts`,
      status,
      assertionResults: statuses.map((one) => ({ status: one })),
    });
    const testResults = [
      result('up', 'passed', 'passed', 'skipped'),
      result('loss', 'failed', 'passed', 'failed'),
      result('image', 'passed', 'skipped'),
      result('broken', 'failed'),
    ];
    const counted = tally(['up', 'loss', 'image', 'broken', 'lost'], { testResults });
    expect(describeTally(counted)).toBe('2 passed, 3 failed, 2 skipped');
  });
});

describe('a cluster', () => {
  it('has the registry where stack files look for it', () => {
    expect(layOutNetwork(chosenBlock({})).registry).toBe('10.203.0.2:5000');
  });

  it('moves where its addresses are taken', () => {
    const network = layOutNetwork(chosenBlock({ MILLRACE_E2E_NETWORK: '77' }));
    expect(network).toMatchObject({ everything: '10.77.0.0/16', link: 'millrace77' });
    expect(() => chosenBlock({ MILLRACE_E2E_NETWORK: '10.7' })).toThrow('MILLRACE_E2E_NETWORK');
  });

  it('has two cores for pods on a machine of any size', () => {
    const network = layOutNetwork(203);
    const kubelet = (coreCount: number): unknown =>
      JSON.parse(
        configurationFiles({
          network,
          coreCount,
          layout: layOutFiles('/cache', network),
          pluginDirectory: '/usr/lib/cni',
        })['kubelet.json']!,
      );
    expect(kubelet(16)).toMatchObject({ kubeReserved: { cpu: '14' } });
    expect(kubelet(2)).not.toHaveProperty('kubeReserved');
  });
});
