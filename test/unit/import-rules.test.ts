// The import rules, each broken once: a small tree of files is written with one forbidden import, and the rule of that
// name must object. A second tree, with imports that must stay possible, must pass.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { cruise } from 'dependency-cruiser';
import type { ICruiseOptions, ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type Import = readonly [from: string, statement: string];

const VIOLATIONS: readonly (readonly [rule: string, first: Import, ...rest: Import[]])[] = [
  ['one-door', ['infra/a.ts', "import '../runtime/core/clock.ts'"]],
  ['no-way-back', ['runtime/b.ts', "import '../infra/config.ts'"]],
  ['no-way-back', ['runtime/b.ts', "import '@pulumi/pulumi'"]],
  ['pure-outside', ['runtime/core/b.ts', "import 'node:fs/promises'"]],
  ['pure-outside', ['runtime/checkpoint/decide.ts', "import 'node:worker_threads'"]],
  ['pure-npm', ['runtime/time/b.ts', "import 'hono'"]],
  ['pure-zod', ['runtime/graph/b.ts', "import type { z } from 'zod'"]],
  ['config-npm', ['runtime/config/b.ts', "import 'hono'"]],
  ['core-alone', ['runtime/core/b.ts', "import '../time/watermark.ts'"]],
  ['graph-is-data', ['runtime/graph/b.ts', "import '../operators/map.ts'"]],
  ['cep-is-pure', ['runtime/cep/b.ts', "import '../operators/map.ts'"]],
  ['api-offline', ['runtime/api/b.ts', "import '../connectors/file/reader.ts'"]],
  ['api-offline', ['runtime/api/b.ts', "import '../worker/task.ts'"]],
  ['api-offline-outside', ['runtime/api/b.ts', "import 'node:net'"]],
  ['two-sides', ['runtime/worker/b.ts', "import '../coordinator/job.ts'"]],
  ['two-sides', ['runtime/coordinator/b.ts', "import type {} from '../worker/task.ts'"]],
  ['plug-in-operators', ['runtime/operators/b.ts', "import '../worker/task.ts'"]],
  ['plug-in', ['runtime/shuffle/b.ts', "import '../server/routes.ts'"]],
  ['thin-ui', ['runtime/ui/b.ts', "import type {} from '../server/routes.ts'"]],
  ['thin-ui-types', ['runtime/ui/b.ts', "import '../server/schema.ts'"]],
  ['thin-ui-browser', ['runtime/ui/b.ts', "import 'node:path'"]],
  ['show-only', ['runtime/server/b.ts', "import '../coordinator/job.ts'"]],
  ['show-only', ['runtime/console/b.ts', "import '../worker/task.ts'"]],
  ['one-wiring', ['runtime/graph/b.ts', "import '../connectors/file/reader.ts'"]],
  ['one-wiring', ['runtime/index.ts', "import './coordinator/job.ts'"]],
  ['one-wiring', ['runtime/worker/b.ts', "import '../main.ts'"]],
  ['jobs-are-users', ['runtime/jobs/one/job.ts', "import '../../core/clock.ts'"]],
  ['jobs-are-users', ['runtime/jobs/one/job.ts', "import '../two/job.ts'"]],
  ['clean-orphans', ['runtime/state/b.ts', 'export const alone = 1']],
  ['clean-tests', ['runtime/state/b.ts', "import '../../test/support/fake.ts'"]],
  ['clean-unresolved', ['runtime/state/b.ts', "import './missing.ts'"]],
  [
    'clean-cycles',
    ['runtime/state/a.ts', "import type {} from './b.ts'"],
    ['runtime/state/b.ts', "import type {} from './a.ts'"],
  ],
];

const ALLOWED: readonly Import[] = [
  ['infra/a.ts', "import '../runtime/deployment.ts'; import '@pulumi/pulumi'"],
  ['runtime/main.ts', "import './coordinator/job.ts'; import './connectors/file/reader.ts'"],
  ['runtime/slot-main.ts', "import './worker/task.ts'; import './operators/map.ts'"],
  ['runtime/index.ts', "export * from './api/stream.ts'; import './connectors/file/spec.ts'"],
  ['runtime/api/stream.ts', "import '../connectors/file/spec.ts'; import '../types/infer.ts'"],
  ['runtime/api/b.ts', "import type {} from '../operators/operator.ts'; import 'zod'"],
  ['runtime/api/job.ts', "import type {} from '../protocol/cluster-snapshot.ts'"],
  ['runtime/protocol/message.ts', "import 'zod'; import '../core/clock.ts'"],
  ['runtime/operators/window.ts', "import '../state/table.ts'; import '../time/watermark.ts'"],
  ['runtime/operators/detect.ts', "import '../cep/automaton.ts'"],
  ['runtime/cep/automaton.ts', "import '../core/clock.ts'"],
  ['runtime/ui/page.ts', "import type {} from '../server/schema.ts'; import 'preact'"],
  ['runtime/jobs/one/job.ts', "import '../../index.ts'; import './parse.ts'; import 'zod'"],
  ['test/unit/b.test.ts', "import '../support/fake.ts'; import '../../runtime/worker/task.ts'"],
];

/** What imports may name: each imports something itself, so that none is an orphan. */
const TARGETS = [
  'infra/config.ts',
  'runtime/deployment.ts',
  'runtime/main.ts',
  'runtime/index.ts',
  'runtime/core/clock.ts',
  'runtime/time/watermark.ts',
  'runtime/protocol/cluster-snapshot.ts',
  'runtime/types/infer.ts',
  'runtime/state/table.ts',
  'runtime/operators/operator.ts',
  'runtime/operators/map.ts',
  'runtime/connectors/file/spec.ts',
  'runtime/connectors/file/reader.ts',
  'runtime/coordinator/job.ts',
  'runtime/worker/task.ts',
  'runtime/server/routes.ts',
  'runtime/server/schema.ts',
  'runtime/jobs/one/parse.ts',
  'runtime/jobs/two/job.ts',
  'test/support/fake.ts',
];
const PACKAGES = ['zod', 'hono', 'preact', '@pulumi/pulumi'];

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  readonly forbidden: IForbiddenRuleType[];
  readonly options: ICruiseOptions;
};
const root = mkdtempSync(join(tmpdir(), 'millrace-import-rules-'));

function write(tree: string, path: string, text: string): void {
  const file = join(root, tree, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text};\n`);
}

function writeTree(tree: string, imports: readonly Import[]): void {
  for (const name of PACKAGES) {
    write(tree, `node_modules/${name}/index.js`, 'export {}');
    const manifest = { name, version: '1.0.0', type: 'module', exports: './index.js' };
    writeFileSync(join(root, tree, 'node_modules', name, 'package.json'), JSON.stringify(manifest));
  }
  for (const path of TARGETS) write(tree, path, "import 'node:assert'");
  for (const [path, statement] of imports) write(tree, path, statement);
}

/** The names of the rules that object, each once. */
async function namesOfBrokenRules(tree: string): Promise<string[]> {
  const { tsConfig: _, ...options } = config.options;
  const { output } = await cruise(['runtime', 'infra', 'test'], {
    ...options,
    baseDir: join(root, tree),
    validate: true,
    ruleSet: { forbidden: config.forbidden },
  });
  const { violations } = (output as ICruiseResult).summary;
  return [...new Set(violations.map(({ rule }) => rule.name))];
}

beforeAll(() => {
  writeTree('allowed', ALLOWED);
  VIOLATIONS.forEach(([, ...imports], index) => writeTree(String(index), imports));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('import rules', () => {
  it('are all tried here', () => {
    const tried = new Set(VIOLATIONS.map(([rule]) => rule));
    expect(
      config.forbidden.map(({ name }) => name).filter((name) => !tried.has(name!)),
    ).toStrictEqual([]);
  });

  it.each(VIOLATIONS.map(([rule, [from, statement]], index) => ({ rule, from, statement, index })))(
    '$rule refuses "$statement" in $from',
    async ({ rule, index }) => {
      expect(await namesOfBrokenRules(String(index))).toContain(rule);
    },
  );

  it('let through what the design needs', async () => {
    const broken = await namesOfBrokenRules('allowed');
    expect(broken).toStrictEqual([]);
  });
});
