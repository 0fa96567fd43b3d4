// The jobs that the pages show are whole jobs that the type checker has seen, and no golden job of the docs is forgotten.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GUIDE_PAGES, isShown, listJobs, renderPage } from './guide-page.ts';

const pages = GUIDE_PAGES.map((path) => ({ path, text: readFileSync(path, 'utf8') }));

describe('pages that show jobs', () => {
  it.each(pages)(
    '$path shows them as they are (mend: node test/docs/guide-runner.ts)',
    async (page) => {
      expect(page.text).toBe(await renderPage(page.path, page.text));
    },
  );

  it('show every job that is kept for them', () => {
    const shown = pages.flatMap(({ text }) => listJobs(text));
    const kept = readdirSync('test/golden/jobs').flatMap(
      (file) => /^guide-(.*)\.ts$/.exec(file)?.[1] ?? [],
    );
    expect(shown.toSorted()).toEqual(kept.toSorted());
  });
});

describe('the comparison of output', () => {
  it('takes a line of three dots for any lines, and nothing else for anything', () => {
    expect(isShown(['a', 'b', 'c'], ['a', '…', 'c'])).toBe(true);
    expect(isShown(['a', 'c'], ['a', '…', 'c'])).toBe(true);
    expect(isShown(['a', 'b'], ['a', '…', 'c'])).toBe(false);
    expect(isShown(['a', 'b'], ['a'])).toBe(false);
    expect(isShown([], ['a'])).toBe(false);
  });
});
