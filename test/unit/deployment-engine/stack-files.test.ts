// What the engine reads and writes: deployment-engine/stack-config.ts, stack-state.ts and timeout.ts.

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSecret } from '../../support/deployment-engine/property-value.ts';
import { readStackConfig } from '../../support/deployment-engine/stack-config.ts';
import { StackState } from '../../support/deployment-engine/stack-state.ts';
import { parseTimeoutMs } from '../../support/deployment-engine/timeout.ts';
import { makeState } from './fake-things.ts';

const PROJECT = `
name: example
runtime: { name: nodejs, options: { typescript: false, packagemanager: npm } }
config:
  image: { type: object }
  workers: { type: object, default: { count: 1 } }
`;
let folder = '';

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stack-files-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function read(stackFile: string, project = PROJECT) {
  writeFileSync(join(folder, 'Pulumi.yaml'), project);
  writeFileSync(join(folder, 'stack.yaml'), stackFile);
  return readStackConfig(folder, 'dev', join(folder, 'stack.yaml'));
}

describe('the config of a stack', () => {
  it('is the stack file over the defaults of the project, values as text', () => {
    const config = read(`
config:
  pulumi:disable-default-providers: [kubernetes]
  example:image: { source: build }
  other:region: north
`);
    expect(config).toEqual({
      project: 'example',
      values: {
        'example:workers': '{"count":1}',
        'pulumi:disable-default-providers': '["kubernetes"]',
        'example:image': '{"source":"build"}',
        'other:region': 'north',
      },
      secretKeys: [],
      secrets: [],
      disabledDefaultProviders: ['kubernetes'],
    });
  });

  it('opens the secrets of tests, and refuses those of real stacks', () => {
    const config = read(`
config:
  example:image: { registry: { password: { secure: 'test:open-sesame' } } }
`);
    expect(config.values['example:image']).toBe('{"registry":{"password":"open-sesame"}}');
    expect(config.secretKeys).toEqual(['example:image']);
    expect(config.secrets).toEqual(['open-sesame']);
    const real = `config: { 'example:image': { password: { secure: 'v1:abc' } } }`;
    expect(() => read(real)).toThrow('only its real stack can decrypt');
  });

  it('refuses what the real engine refuses', () => {
    expect(() => read('config: {}')).toThrow("Stack 'dev' is missing configuration value 'image'");
    expect(() => read(`config: { 'example:image': text }`)).toThrow("must be of type 'object'");
  });

  it('refuses a runtime that it would start differently', () => {
    const project = PROJECT.replace('typescript: false', 'typescript: true');
    expect(() => read('config: {}', project)).toThrow('Pulumi.yaml has something else');
  });
});

describe('the state of a stack', () => {
  const open = (passphrase = 'p'): StackState =>
    new StackState(join(folder, 'state.json'), passphrase);

  it('is on disk after every change, in one file', () => {
    const state = open();
    const [a, b] = [makeState('a', { inputs: { label: 1 } }), makeState('b')];
    state.put(a, undefined);
    state.put(b, undefined);
    expect(open().resources).toEqual([a, b]);
    const changed = { ...a, outputs: { code: 1 } };
    state.put(changed, a);
    state.remove(b);
    state.setOutputs({ url: 'http://example.com/' });
    expect(open().resources).toEqual([changed]);
    expect(open().outputs).toEqual({ url: 'http://example.com/' });
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  it('keeps what is replaced beside its successor until it is deleted', () => {
    const state = open();
    const [old, next] = [makeState('a', { id: 'old' }), makeState('a', { id: 'next' })];
    state.put(old, undefined);
    state.supersede(next, old);
    const again = open();
    expect(again.find('urn:a')?.id).toBe('next');
    expect(again.resources.map(({ id, isPendingDelete }) => [id, isPendingDelete])).toEqual([
      ['old', true],
      ['next', false],
    ]);
  });

  it('holds secrets that only its passphrase opens', () => {
    open().put(makeState('a', { inputs: { password: makeSecret('open-sesame') } }), undefined);
    expect(open().resources[0]?.inputs).toEqual({ password: makeSecret('open-sesame') });
    expect(readFileSync(join(folder, 'state.json'), 'utf8')).not.toContain('open-sesame');
    expect(() => open('wrong')).toThrow();
  });

  it('is not read if it is of another version', () => {
    writeFileSync(join(folder, 'state.json'), '{"version":2}');
    expect(() => open()).toThrow('a state of version 2; this engine reads 1');
  });
});

describe('timeouts', () => {
  it('are written as Go writes durations', () => {
    expect(parseTimeoutMs('90s')).toBe(90_000);
    expect(parseTimeoutMs('1h30m')).toBe(5_400_000);
    expect(parseTimeoutMs('1.5s500ms')).toBe(2_000);
    for (const text of ['', '5', '5 m', 'soon']) {
      expect(() => parseTimeoutMs(text)).toThrow('is not a timeout');
    }
  });
});
