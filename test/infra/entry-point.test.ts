// The program as Pulumi starts it: the SDK's own entry point loads `main` of package.json by Node's type stripping, and
// previews a stack file without a cluster and without Docker.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { DeploymentEngine } from '../support/deployment-engine/deployment-engine.ts';
import { manifestsOf } from '../support/deployment-engine/kubernetes/manifests.ts';
import { DeploymentError } from '../support/deployment-engine/outcome.ts';
import type { Outcome } from '../support/deployment-engine/outcome.ts';
import { printSteps } from '../support/deployment-engine/step-printer.ts';
import { PROJECT, readStackFile, STACKS } from './stack-harness.ts';

function preview(stack: string, sections: Record<string, unknown>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-entry-point-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const entries = Object.entries(sections).map(([name, value]) => [`${PROJECT}:${name}`, value]);
  const config = {
    'pulumi:disable-default-providers': ['kubernetes'],
    ...(Object.fromEntries(entries) as Record<string, unknown>),
  };
  const stackFile = join(folder, `Pulumi.${stack}.yaml`);
  writeFileSync(stackFile, stringify({ config }));
  const engine = new DeploymentEngine({
    directory: process.cwd(),
    stack,
    stackFile,
    stateFile: join(folder, 'state.json'),
  });
  return engine.preview();
}

describe.concurrent('the program under the entry point of the SDK', { timeout: 180_000 }, () => {
  it.each(STACKS)('previews stack %s', async (stack) => {
    const outcome = await preview(stack, readStackFile(stack));
    expect(outcome.messages).toEqual([]);
    expect(outcome.steps.filter(({ kind }) => kind !== 'create')).toEqual([]);
    expect(Object.keys(outcome.outputs).sort()).toEqual([
      'image',
      'memoryBudget',
      'rest',
      'sizing',
      'slots',
    ]);
    expect(outcome.outputs['rest']).toMatchObject({
      service: stack === 'flink' ? 'orders-rest' : 'millrace-rest',
      port: 8081,
    });
    const kinds = manifestsOf(outcome).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'Deployment')).toHaveLength(2);
    const images = outcome.steps.filter(({ type }) => type.startsWith('docker:'));
    expect(images).toHaveLength(['prod', 'flink'].includes(stack) ? 0 : 1);
    expect(JSON.stringify(manifestsOf(outcome))).not.toContain('[unknown]');
  });

  it('refuses bad config with every problem, before any resource', async () => {
    const workers = { replicas: 0, memory: { total: '1TB', heap: '10KiB' } };
    const failure: unknown = await preview('dev', {
      ...readStackFile('dev'),
      workers,
      jop: {},
    }).catch((error: unknown) => error);
    if (!(failure instanceof DeploymentError)) throw new Error('it was not refused');
    const { message, outcome } = failure;
    expect(outcome.steps.map(({ type }) => type)).toEqual(['pulumi:pulumi:Stack']);
    expect(message).toContain("The stack's config has 4 problems; nothing was changed.");
    expect(message).toContain('jop: is not a section');
    expect(message).toContain('workers.replicas = 0: must be at least 1');
    expect(message).toContain(
      'workers.memory.total = "1TB": must be a size such as "512MiB" or "2GiB"',
    );
    expect(message).toContain('workers.memory.heap = "10KiB": must be a whole number of MiB');
    expect(message).not.toContain('    at ');
  });

  it('keeps the password of a registry out of steps, outputs and messages', async () => {
    const registry = {
      server: 'registry.example.com',
      username: 'robot',
      password: { secure: 'test:open-sesame' },
    };
    const image = { source: 'build', repository: 'registry.example.com/engine', registry };
    const outcome = await preview('dev', { ...readStackFile('dev'), image });
    const build = outcome.steps.find(({ type }) => type.startsWith('docker:'));
    expect(build?.inputs).toMatchObject({ registry: { username: 'robot', password: '[secret]' } });
    expect(JSON.stringify(outcome) + printSteps(outcome)).not.toContain('open-sesame');
  });
});
