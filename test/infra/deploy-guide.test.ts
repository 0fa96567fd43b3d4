// The guide's tables are those of the schemas, and every key of a stack file has a description in them.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { GUIDE, renderGuide } from './config-reference.ts';
import { PROJECT, STACKS } from './stack-harness.ts';

const page = readFileSync(GUIDE, 'utf8');

describe('docs/deploy.md', () => {
  it('has the tables of the schemas (mend: node test/infra/config-reference.ts)', async () => {
    expect(page).toBe(await renderGuide(page));
  });

  it('describes every key', () => {
    const tables = page.slice(page.indexOf('stack-keys:start'));
    const rows = tables.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(60);
    for (const row of rows) expect(row).toMatch(/ [^|]+\. +\|$/);
  });

  it.each(STACKS)('has a row for each key that stacks/Pulumi.%s.yaml sets', (stack) => {
    const file = parse(readFileSync(`stacks/Pulumi.${stack}.yaml`, 'utf8')) as {
      config: Record<string, Record<string, unknown>>;
    };
    for (const [key, section] of Object.entries(file.config)) {
      const [project, name] = key.split(':');
      if (project !== PROJECT) continue;
      for (const field of Object.keys(section)) {
        expect(page).toMatch(new RegExp(`\\| \`${name ?? ''}\\.${field}[\`:.]`));
      }
    }
  });

  it('shows stack files that are the ones of the repository', () => {
    const shown = /```yaml\n# stacks\/Pulumi\.dev\.yaml\n([^]*?)```/.exec(page)?.[1];
    expect(parse(shown ?? '')).toEqual(parse(readFileSync('stacks/Pulumi.dev.yaml', 'utf8')));
  });
});
