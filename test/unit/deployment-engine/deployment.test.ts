// What becomes of registrations: deployment-engine/deployment.ts with a real state file and a provider of things in memory.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Deployment } from '../../support/deployment-engine/deployment.ts';
import { makeSecret } from '../../support/deployment-engine/property-value.ts';
import { ProviderRegistry } from '../../support/deployment-engine/provider-registry.ts';
import type { Registered, Registration } from '../../support/deployment-engine/registration.ts';
import { StackState } from '../../support/deployment-engine/stack-state.ts';
import { FakeThings, makeRegistration, THING } from './fake-things.ts';

let folder = '';
let fake = new FakeThings();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  fake = new FakeThings();
});
afterEach(() => rmSync(folder, { recursive: true }));

const stateFile = (): string => join(folder, 'state.json');
const openState = (): StackState => new StackState(stateFile(), '');

/** A run that sees the state as the file has it, as a new process would. */
function begin(isPreview = false, disabled: readonly string[] = []): Deployment {
  return new Deployment({
    stack: 's',
    project: 'p',
    isPreview,
    state: openState(),
    providers: new ProviderRegistry({ fake: () => fake }, disabled),
    progress: () => undefined,
  });
}

/** One whole run; gives its deployment and what the registrations got. */
async function deploy(
  registrations: readonly Registration[],
  isPreview = false,
): Promise<{ deployment: Deployment; got: Record<string, Registered> }> {
  const deployment = begin(isPreview);
  const got: Record<string, Registered> = {};
  for (const registration of registrations) {
    got[registration.name] = await deployment.register(registration);
  }
  await deployment.finish();
  return { deployment, got };
}

const kindsOf = ({ steps }: Deployment): readonly string[] =>
  steps.map(({ kind, name }) => `${kind} ${name}`);
const urn = (name: string): string => `urn:pulumi:s::p::${THING}::${name}`;

describe('a deployment', () => {
  it('creates, leaves alone, updates and deletes', async () => {
    const first = await deploy([makeRegistration('a', { label: 1 }), makeRegistration('b')]);
    expect(kindsOf(first.deployment)).toEqual(['create a', 'create b']);
    expect(first.got['a']).toMatchObject({ id: 'a-1', outputs: { code: 'code of a-1' } });

    const second = await deploy([makeRegistration('a', { label: 1 }), makeRegistration('b')]);
    expect(kindsOf(second.deployment)).toEqual(['same a', 'same b']);
    expect(second.got['a']?.outputs).toEqual(first.got['a']?.outputs);

    const third = await deploy([makeRegistration('a', { label: 2 })]);
    expect(kindsOf(third.deployment)).toEqual(['update a', 'delete b']);
    expect(third.deployment.steps[0]?.diff).toEqual([
      { path: 'label', kind: 'update', before: 1, after: 2 },
    ]);
    expect(fake.operations).toEqual(['create a', 'create b', 'update a', 'delete b']);
    expect([...fake.things.keys()]).toEqual(['a-1']);
  });

  it('previews without a trace, with unknown ids and what else cannot be known', async () => {
    const { deployment, got } = await deploy([makeRegistration('a', { label: 1 })], true);
    expect(kindsOf(deployment)).toEqual(['create a']);
    expect(got['a']).toEqual({ urn: urn('a'), id: '', outputs: { label: 1 } });
    expect(fake.operations).toEqual([]);
    expect(() => readFileSync(stateFile())).toThrow('ENOENT');
  });

  it('replaces: the new one first, the old one at the end', async () => {
    await deploy([makeRegistration('a', { size: 1 }), makeRegistration('b')]);
    const changed = [makeRegistration('a', { size: 2 }), makeRegistration('b', { label: 2 })];
    const { deployment } = await deploy(changed);
    expect(kindsOf(deployment)).toEqual(['replace a', 'update b']);
    expect(deployment.steps[0]?.replacedBy).toEqual(['size']);
    expect(fake.operations.slice(2)).toEqual(['create a', 'update b', 'delete a']);
    expect([...fake.things.keys()]).toEqual(['b-2', 'a-3']);
  });

  it('replaces the other way round where the program asks for it, and what is made from it', async () => {
    const b = makeRegistration('b', { size: 5 }, { propertyDependencies: { size: [urn('a')] } });
    await deploy([makeRegistration('a', { size: 1 }), b]);
    const changed = makeRegistration('a', { size: 2 }, { deleteBeforeReplace: true });
    const { deployment } = await deploy([changed, b]);
    expect(kindsOf(deployment)).toEqual(['replace a', 'replace b']);
    expect(fake.operations.slice(2)).toEqual(['delete b', 'delete a', 'create a', 'create b']);
  });

  it('deletes in the reverse order of need', async () => {
    const a = makeRegistration('a');
    const b = makeRegistration('b', {}, { dependencies: [urn('a')] });
    const c = makeRegistration('c', {}, { propertyDependencies: { label: [urn('b')] } });
    await deploy([a, b, c]);
    const removal = begin();
    await removal.removeAll();
    expect(fake.operations.slice(3)).toEqual(['delete c', 'delete b', 'delete a']);
    expect(openState().resources).toEqual([]);
  });

  it('ignores the changes that it is told to', async () => {
    const ignoring = { ignoreChanges: ['spec.count'] };
    await deploy([makeRegistration('a', { spec: { count: 1, label: 1 } }, ignoring)]);
    const same = await deploy([makeRegistration('a', { spec: { count: 7, label: 1 } }, ignoring)]);
    expect(kindsOf(same.deployment)).toEqual(['same a']);
    const { deployment } = await deploy([makeRegistration('a', { spec: { label: 2 } }, ignoring)]);
    expect(deployment.steps[0]?.inputs).toEqual({ spec: { count: 1, label: 2 } });
  });

  it('keeps secrets secret in outputs, steps and the file', async () => {
    const inputs = { password: makeSecret('open-sesame'), label: 1 };
    const { deployment, got } = await deploy([makeRegistration('a', inputs)]);
    expect(got['a']?.outputs['password']).toEqual(makeSecret('open-sesame'));
    expect(deployment.steps[0]?.inputs).toEqual({ password: '[secret]', label: 1 });
    expect(readFileSync(stateFile(), 'utf8')).not.toContain('open-sesame');
    expect(fake.things.get('a-1')).toEqual({ password: 'open-sesame', label: 1 });
    const again = await deploy([makeRegistration('a', inputs)]);
    expect(kindsOf(again.deployment)).toEqual(['same a']);
    const hidden = makeRegistration('b', {}, { secretOutputs: ['code'] });
    const { got: other } = await deploy([makeRegistration('a', inputs), hidden]);
    expect(other['b']?.outputs).toEqual({ code: makeSecret('code of b-2') });
  });

  it('knows a renamed resource by its alias', async () => {
    await deploy([makeRegistration('old', { label: 1 })]);
    const renamed = makeRegistration('new', { label: 1 }, { aliases: [urn('old')] });
    const { deployment, got } = await deploy([renamed]);
    expect(kindsOf(deployment)).toEqual(['same new']);
    expect(got['new']?.id).toBe('old-1');
    expect(openState().resources.map((resource) => resource.urn)).toEqual([urn('new')]);
  });

  it('deletes nothing that is protected, and nothing besides it', async () => {
    await deploy([makeRegistration('a', {}, { protect: true }), makeRegistration('b')]);
    const { deployment } = await deploy([]);
    expect(deployment.failure?.message).toContain('a would be deleted, and is protected');
    expect(fake.operations).toEqual(['create a', 'create b']);
    const unprotected = await deploy([makeRegistration('a')]);
    expect(kindsOf(unprotected.deployment)).toEqual(['same a', 'delete b']);
  });

  it('leaves what is to be retained, and what goes with another', async () => {
    await deploy([
      makeRegistration('a', {}, { retainOnDelete: true }),
      makeRegistration('b'),
      makeRegistration('c', {}, { deletedWith: urn('b') }),
    ]);
    await deploy([]);
    expect(fake.operations.slice(3)).toEqual(['delete b']);
    expect(openState().resources).toEqual([]);
  });

  it('stops at the first failure, keeps what was done, and goes on from there', async () => {
    const deployment = begin();
    await deployment.register(makeRegistration('a'));
    const broken = makeRegistration('b', { broken: true });
    await expect(deployment.register(broken)).rejects.toThrow('b never got ready');
    await expect(deployment.register(makeRegistration('c'))).rejects.toThrow('has failed already');
    expect(deployment.failure).toEqual({ resource: 'b', message: 'b never got ready' });
    expect(openState().find(urn('b'))).toMatchObject({ initErrors: ['b never got ready'] });

    const { deployment: next } = await deploy([makeRegistration('a'), makeRegistration('b')]);
    expect(kindsOf(next)).toEqual(['same a', 'update b']);
    expect(openState().find(urn('b'))?.initErrors).toEqual([]);
  });

  it('keeps the old one when its replacement cannot be made', async () => {
    await deploy([makeRegistration('a', { size: 1 })]);
    const deployment = begin();
    const refused = makeRegistration('a', { size: 2, refused: true });
    await expect(deployment.register(refused)).rejects.toThrow('refused');
    expect(openState().find(urn('a'))?.inputs).toEqual({ size: 1 });
    expect([...fake.things.keys()]).toEqual(['a-1']);
  });

  it('refuses two resources of one URN and a default provider that is disabled', async () => {
    const deployment = begin();
    await deployment.register(makeRegistration('a'));
    await expect(deployment.register(makeRegistration('a'))).rejects.toThrow('two resources');
    const strict = begin(false, ['fake']);
    await expect(strict.register(makeRegistration('b'))).rejects.toThrow(
      "Default provider for 'fake' disabled.",
    );
  });
});
