// A reference that can be stale is worse than none: each page must be what its generator writes today.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ERROR_KINDS } from '../../runtime/core/errors.ts';
import { REFERENCE_PAGES, renderPage } from '../support/reference-pages.ts';

const root = resolve(import.meta.dirname, '../..');

describe('docs/reference', () => {
  it.each(REFERENCE_PAGES)('$path is up to date with $source', async (page) => {
    const written = await readFile(resolve(root, page.path), 'utf8').catch(() => 'no such file');
    expect(written, `run \`npm run docs\` and commit ${page.path}`).toBe(await renderPage(page));
  });

  it('lists every error code once', async () => {
    const text = await readFile(resolve(root, 'docs/reference/errors.md'), 'utf8');
    const listed = [...text.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
    expect(listed.toSorted()).toStrictEqual(Object.keys(ERROR_KINDS).toSorted());
  });
});
