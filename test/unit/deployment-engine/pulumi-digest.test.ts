// What the real CLI prints, as documented for `pulumi preview --json`: e2e/deployer/pulumi-digest.ts.

import { describe, expect, it } from 'vitest';
import { readDigest } from '../../e2e/deployer/pulumi-digest.ts';

const urn = (type: string, name: string): string => `urn:pulumi:e2e::millrace::${type}::${name}`;
const MAP = 'kubernetes:core/v1:ConfigMap';
const DEPLOYMENT = 'kubernetes:apps/v1:Deployment';

const step = (op: string, name: string, states: object = {}): object => ({
  op,
  urn: urn(MAP, name),
  ...states,
});
const state = (inputs: object): object => ({ type: MAP, inputs: { __defaults: [], ...inputs } });

describe('the digest of a preview', () => {
  it('becomes steps with the differences of their inputs', () => {
    const { steps } = readDigest(
      JSON.stringify({
        config: {},
        steps: [
          { op: 'same', urn: urn(DEPLOYMENT, 'd'), oldState: { type: DEPLOYMENT, inputs: {} } },
          step('create', 'a', { newState: state({ data: { x: '1' } }) }),
          step('update', 'b', {
            oldState: state({ data: { x: '1' } }),
            newState: state({ data: { x: '04da6b54-80e4-46f7-96ec-b56ff0331ba9' } }),
            diffReasons: ['data'],
            detailedDiff: { 'data.x': { kind: 'update', inputDiff: true } },
          }),
          step('delete', 'c', { oldState: state({}) }),
        ],
        diagnostics: [],
        duration: 1_000_000,
        changeSummary: { same: 1, create: 1, update: 1, delete: 1 },
      }),
    );
    expect(steps.map(({ kind, type, name }) => [kind, type, name])).toEqual([
      ['same', DEPLOYMENT, 'd'],
      ['create', MAP, 'a'],
      ['update', MAP, 'b'],
      ['delete', MAP, 'c'],
    ]);
    expect(steps[1]?.diff).toEqual([{ path: 'data', kind: 'add', after: { x: '1' } }]);
    expect(steps[2]?.diff).toEqual([
      { path: 'data.x', kind: 'update', before: '1', after: '[unknown]' },
    ]);
    expect(steps[3]).not.toHaveProperty('inputs');
  });

  it('has one step for a replacement, with its reasons', () => {
    const states = { oldState: state({ data: { x: '1' } }), newState: state({ data: { x: '2' } }) };
    const { steps } = readDigest(
      JSON.stringify({
        steps: [
          step('create-replacement', 'a', { ...states, replaceReasons: ['data'] }),
          step('replace', 'a', { ...states, replaceReasons: ['data'] }),
          step('delete-replaced', 'a', { oldState: state({}) }),
        ],
      }),
    );
    expect(steps).toMatchObject([{ kind: 'replace', name: 'a', replacedBy: ['data'] }]);
  });

  it('passes on warnings and errors, and refuses steps that it does not know', () => {
    const diagnostics = [
      { severity: 'info#err', message: 'chatter' },
      { severity: 'warning', message: 'careful\n' },
      { severity: 'error', message: 'broken' },
    ];
    expect(readDigest(JSON.stringify({ diagnostics }))).toEqual({
      steps: [],
      messages: ['careful', 'broken'],
      warnings: [],
    });
    const unknown = JSON.stringify({ steps: [step('import', 'a')] });
    expect(() => readDigest(unknown)).toThrow('a step "import"');
  });
});
