// The workflow that previews pull requests and deploys what is merged: what it may do, in which order, and that it keeps no
// secret in clear. GitHub itself is not here; the file is read as data.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { IMAGE_SOURCES } from '../../infra/image-tag.ts';
import { STACKS } from './stack-harness.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly if: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment: string;
  readonly strategy: {
    readonly 'max-parallel'?: number;
    readonly 'fail-fast': boolean;
    readonly matrix: { readonly stack: readonly string[] };
  };
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': boolean };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<'pull_request' | 'push', { readonly paths: readonly string[] }>>;
  readonly permissions: object;
  readonly jobs: Readonly<Record<'preview' | 'deploy', Job>>;
}

const text = readFileSync('.github/workflows/pulumi.yaml', 'utf8');
const workflow = parse(text) as Workflow;
const { preview, deploy } = workflow.jobs;
const jobs = [preview, deploy];

function pulumiOf(job: Job): Step {
  return job.steps.find(({ uses }) => uses?.startsWith('pulumi/actions@') === true)!;
}

describe('the workflow', () => {
  it('previews a pull request in a comment, but never one of a fork', () => {
    expect(preview.if).toContain("github.event_name == 'pull_request'");
    expect(preview.if).toContain('head.repo.full_name == github.repository');
    expect(text).not.toContain('pull_request_target');
    expect(pulumiOf(preview).with).toMatchObject({
      command: 'preview',
      'comment-on-pr': true,
      diff: true,
    });
    expect(preview.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
  });

  it('deploys what is merged, staging before production, each in its protected environment', () => {
    expect(deploy.if).toBe("github.event_name == 'push'");
    expect(pulumiOf(deploy).with).toMatchObject({ command: 'up' });
    expect(deploy.environment).toBe('${{ matrix.stack }}');
    expect(deploy.strategy).toEqual({
      'max-parallel': 1,
      'fail-fast': true,
      matrix: { stack: ['staging', 'prod'] },
    });
    expect(deploy.permissions).toEqual({ contents: 'read' });
  });

  it('gives nothing to a job that does not ask for it, and never interrupts a deployment', () => {
    expect(workflow.permissions).toEqual({});
    expect(deploy.concurrency['cancel-in-progress']).toBe(false);
    for (const { matrix } of jobs.map(({ strategy }) => strategy)) {
      for (const stack of matrix.stack) expect(STACKS).toContain(stack);
    }
  });

  it('runs for all that a deployment consists of', () => {
    const { pull_request: asked, push: merged } = workflow.on;
    expect(asked.paths).toEqual(merged.paths);
    const parts = [...IMAGE_SOURCES, 'infra', 'stacks', 'Pulumi.yaml', '.node-version'];
    for (const part of parts) {
      expect(asked.paths.map((path) => path.replace(/\/\*\*$/, ''))).toContain(part);
    }
    for (const path of asked.paths) expect(existsSync(path.replace(/\/\*\*$/, ''))).toBe(true);
  });

  it('takes actions by their major version, and the Node that the package pins', () => {
    for (const { steps } of jobs) {
      const used = steps.flatMap(({ uses }) => uses ?? []);
      expect(used.length).toBeGreaterThan(2);
      for (const action of used) expect(action).toMatch(/^(actions|pulumi)\/[\w-]+@v\d+$/);
      const node = steps.find(({ uses }) => uses?.startsWith('actions/setup-node@') === true);
      expect(node?.with).toMatchObject({ 'node-version-file': '.node-version' });
      expect(steps.map(({ run }) => run)).toContain('npm ci');
    }
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: { node: string };
    };
    expect(readFileSync('.node-version', 'utf8').trim()).toBe(dependencies.node);
  });

  it('passes secrets by the environment of a step only, and runs no text of a pull request', () => {
    for (const { run, with: inputs, env } of jobs.flatMap(({ steps }) => steps)) {
      expect(run ?? '').not.toContain('${{');
      expect(JSON.stringify(inputs ?? {})).not.toContain('secrets.');
      for (const [name, value] of Object.entries(env ?? {})) {
        if (/password|passphrase|kubeconfig/i.test(name))
          expect(value).toMatch(/^\$\{\{ secrets\./);
      }
    }
  });
});
