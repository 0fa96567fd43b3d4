// The lint rules that carry the design: each text below breaks one of them, and is linted as if it stood in a real file.
// Rules that ask the type checker are only looked up, since loading every type of the repository would take ten seconds.

import { resolve } from 'node:path';

import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const eslint = new ESLint({ cwd: root, overrideConfig: tseslint.configs.disableTypeChecked });

/** The rules that object to a text at that place. */
async function findBrokenRules(path: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: resolve(root, path) });
  return [...new Set(result!.messages.map(({ ruleId, message }) => ruleId ?? message))];
}

const ENGINE = 'runtime/operators/operator.ts';
const NESTED = 'if (a) if (b) if (c) if (d) f();';

const FORBIDDEN: readonly (readonly [rule: string, code: string])[] = [
  ['no-restricted-properties', 'export const now = Date.now();'],
  ['no-restricted-properties', 'export const now = performance.now();'],
  ['no-restricted-properties', 'export const chance = Math.random();'],
  ['no-restricted-properties', 'export const id = crypto.randomUUID();'],
  ['no-restricted-properties', 'export const port = process.env["PORT"];'],
  ['no-restricted-syntax', 'export const now = new Date();'],
  ['no-restricted-syntax', 'globalThis.setTimeout(() => undefined, 1);'],
  ['no-restricted-syntax', 'export enum Color { Red }'],
  ['no-restricted-globals', 'setTimeout(() => undefined, 1);'],
  ['no-restricted-globals', 'setInterval(() => undefined, 1);'],
  ['no-restricted-globals', 'setImmediate(() => undefined);'],
  ['no-restricted-imports', "export { setTimeout } from 'node:timers/promises';"],
  ['no-restricted-imports', "import { env } from 'node:process'; export const all = { ...env };"],
  ['no-restricted-exports', 'export default 1;'],
  ['no-console', "console.log('hello');"],
  ['max-params', 'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;'],
  [
    'max-depth',
    `export function g(a: 1 | 0, b: 1 | 0, c: 1 | 0, d: 1 | 0, f: () => void): void { ${NESTED} }`,
  ],
  ['max-lines-per-function', `export function f(x: number): void {\n${'x += 1;\n'.repeat(70)}}`],
  ['max-lines', 'export {};\n'.repeat(501)],
  [
    '@typescript-eslint/explicit-module-boundary-types',
    'export function f(x: number) { return x; }',
  ],
];

const TYPED = [
  'no-floating-promises',
  'no-misused-promises',
  'no-unnecessary-condition',
  'no-unsafe-assignment',
  'restrict-template-expressions',
  'switch-exhaustiveness-check',
];

const ALLOWED: readonly (readonly [path: string, code: string])[] = [
  ['runtime/core/clock.ts', 'export const now = Date.now();\nsetTimeout(() => undefined, now);'],
  ['runtime/core/random.ts', 'export const next = Math.random();'],
  ['runtime/config/load.ts', "export const port = process.env['PORT'];"],
  ['vitest.config.ts', 'export default 1;'],
  ['test/support/verify.ts', 'setTimeout(() => undefined, Date.now());'],
  [
    ENGINE,
    'export const day = (ms: number): string => `day ${ms}: ${new Date(ms).toISOString()}`;',
  ],
  [ENGINE, 'export class Sink {\n  async open(): Promise<void> {}\n}'],
  [ENGINE, 'export function run(step: () => boolean): void {\n  for (;;) if (!step()) return;\n}'],
];

describe('lint rules', () => {
  it.each(FORBIDDEN)('%s refuses %j', async (rule, code) => {
    expect(await findBrokenRules(ENGINE, code)).toContain(rule);
  });

  it.each(ALLOWED)('let %s say %j', async (path, code) => {
    expect(await findBrokenRules(path, code)).toStrictEqual([]);
  });

  it.each([ENGINE, 'infra/config.ts', 'test/support/verify.ts'])(
    'ask types of %s',
    async (path) => {
      const config = (await new ESLint({ cwd: root }).calculateConfigForFile(path)) as {
        readonly rules: Readonly<Record<string, readonly [severity: number]>>;
      };
      const asleep = TYPED.filter((rule) => config.rules[`@typescript-eslint/${rule}`]?.[0] !== 2);
      expect(asleep).toStrictEqual([]);
    },
  );

  it('forbid a timer in a unit test, where the clock is moved by hand', async () => {
    const broken = await findBrokenRules('test/unit/core/ids.test.ts', 'setTimeout(() => 1, 1);');
    expect(broken).toStrictEqual(['no-restricted-globals']);
  });
});
