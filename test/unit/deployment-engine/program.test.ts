// A program under the engine, through the SDK and gRPC: deployment-engine/deployment-engine.ts with a provider of things in
// memory. What single registrations do is in deployment.test.ts.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeploymentEngine } from '../../support/deployment-engine/deployment-engine.ts';
import { DeploymentError } from '../../support/deployment-engine/outcome.ts';
import type { Outcome } from '../../support/deployment-engine/outcome.ts';
import { printSteps } from '../../support/deployment-engine/step-printer.ts';
import { FakeThings } from './fake-things.ts';

const THINGS = `
import * as pulumi from '@pulumi/pulumi';
class Thing extends pulumi.CustomResource {
  constructor(name, inputs, options) {
    super('fake:index:Thing', name, { label: undefined, code: undefined, ...inputs }, options);
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name) {
    super('example:index:Group', name, { name });
    this.registerOutputs({});
  }
}
const config = new pulumi.Config();
`;
let folder = '';
let fake = new FakeThings();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-'));
  fake = new FakeThings();
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const pulumi = { name: 'example', runtime: { name: 'nodejs', options: { typescript: false } } };
  writeFileSync(join(folder, 'Pulumi.yaml'), JSON.stringify(pulumi));
  writeFileSync(join(folder, 'package.json'), '{"type":"module","main":"program.js"}');
  const config = { 'example:password': { secure: 'test:open-sesame' } };
  writeFileSync(join(folder, 'stack.yaml'), JSON.stringify({ config }));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An engine for a program with this body. */
function engineOf(body: string): DeploymentEngine {
  writeFileSync(join(folder, 'program.js'), `${THINGS}${body}`);
  return new DeploymentEngine({
    directory: folder,
    stack: 'dev',
    stackFile: join(folder, 'stack.yaml'),
    stateFile: join(folder, 'state.json'),
    providers: { fake: () => fake },
  });
}

async function failureOf(run: Promise<Outcome>): Promise<DeploymentError> {
  const failure: unknown = await run.catch((error: unknown) => error);
  if (failure instanceof DeploymentError) return failure;
  throw new Error('it did not fail', { cause: failure });
}

const summary = ({ steps }: Outcome): readonly string[] =>
  steps.map(({ kind, name }) => `${kind} ${name}`).sort();

describe('a program under the engine', { timeout: 180_000 }, () => {
  it('gets outputs of what it depends on, unknown in a preview, and its secrets stay secret', async () => {
    const engine = engineOf(`
const group = new Group('group');
const first = new Thing('first', { label: config.requireSecret('password') }, { parent: group });
const second = new Thing('second', { label: first.code });
export const code = second.label;
export const password = first.label;
`);
    const preview = await engine.preview();
    expect(preview.outputs).toEqual({ code: '[unknown]', password: '[secret]' });
    const second = preview.steps.find(({ name }) => name === 'second');
    expect(second?.inputs).toEqual({ label: '[unknown]' });
    expect(fake.operations).toEqual([]);

    const created = await engine.up();
    expect(created.outputs).toEqual({ code: 'code of first-1', password: '[secret]' });
    expect(summary(created)).toEqual(
      ['example-dev', 'first', 'group', 'second'].map((name) => `create ${name}`),
    );
    const urns = created.steps.map(({ urn }) => urn);
    expect(urns).toContain('urn:pulumi:dev::example::example:index:Group$fake:index:Thing::first');
    const shown = JSON.stringify(created) + printSteps(created);
    expect(shown + readFileSync(join(folder, 'state.json'), 'utf8')).not.toContain('open-sesame');

    const again = await engine.up();
    expect(printSteps(again)).toBe('4 same');
    expect(again.outputs).toEqual(created.outputs);
    await engine.destroy();
    expect(fake.operations.slice(2)).toEqual(['delete second', 'delete first']);
  });

  it('fails with the resource, without secrets, and without starting what depends on it', async () => {
    const engine = engineOf(`
const first = new Thing('first', { broken: true });
new Thing('second', { label: first.code });
`);
    const failure = await failureOf(engine.up());
    expect(failure.resource).toBe('first');
    expect(failure.message).toBe('first: first never got ready');
    expect(fake.operations).toEqual(['create first']);
    expect(failure.outcome.steps.map(({ name }) => name)).toEqual(['example-dev']);
  });

  it('fails with the words of a program that throws, its secrets left out', async () => {
    const engine = engineOf(`
throw new pulumi.RunError('no such door: ' + config.require('password'));
`);
    const failure = await failureOf(engine.preview());
    expect(failure.resource).toBe('');
    expect(failure.message).toContain('no such door: [secret]');
  });

  it.each([
    ['import', `new Thing('a', {}, { import: 'id' });`],
    ['transforms', `new Thing('a', {}, { transforms: [() => undefined] });`],
    ['an asset', `new Thing('a', { label: new pulumi.asset.StringAsset('text') });`],
    ['not implemented by the test engine', `await pulumi.runtime.invoke('fake:index:get', {});`],
  ])('fails loudly for a program that uses %s', async (what, body) => {
    const { message } = await failureOf(engineOf(body).up());
    expect(message).toContain(what);
    expect(fake.operations).toEqual([]);
  });
});
