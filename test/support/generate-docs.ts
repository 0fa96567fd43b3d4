// `npm run docs`: writes every page of `docs/reference` anew. Run it after changing what a page is made from.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { REFERENCE_PAGES, renderPage } from './reference-pages.ts';

const root = resolve(import.meta.dirname, '../..');
for (const page of REFERENCE_PAGES) {
  const path = resolve(root, page.path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await renderPage(page));
  console.log(`wrote ${page.path}`);
}
