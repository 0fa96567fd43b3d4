// The pages of `docs/reference`, each written from the code it describes. To add one: a function that returns Markdown,
// and a line here. `npm run docs` writes them all; `test/unit/reference-pages.test.ts` fails when one is stale.

import { format, resolveConfig } from 'prettier';

import { renderConfigReference } from './config-reference.ts';
import { renderErrorReference } from './error-reference.ts';

interface ReferencePage {
  /** Relative to the root of the repository. */
  readonly path: string;
  /** The file whose change makes the page stale. */
  readonly source: string;
  /** Markdown without the notice, formatted or not. */
  readonly render: () => string;
}

/** Every generated page. */
export const REFERENCE_PAGES: readonly ReferencePage[] = [
  {
    path: 'docs/reference/errors.md',
    source: 'runtime/core/errors.ts',
    render: renderErrorReference,
  },
  {
    path: 'docs/reference/config.md',
    source: 'runtime/config/schema.ts',
    render: renderConfigReference,
  },
];

/** The exact text of the file, formatted as `npm run format` would. */
export async function renderPage({ path, source, render }: ReferencePage): Promise<string> {
  const notice = `<!-- Generated from ${source} by \`npm run docs\`; edits here are overwritten. -->`;
  const options = await resolveConfig(path);
  return format(`${notice}\n\n${render()}\n`, { ...options, filepath: path });
}
