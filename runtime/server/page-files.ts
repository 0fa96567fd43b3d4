// The page's files as a browser takes them: `ui/*.ts` with its types stripped, the libraries that it imports from
// node_modules, stylesheet and icon. There is no build step: a file is prepared when it is first asked for, and kept.
//   I1. Only names of the two tables below are served; a request never becomes a path on the disk.
//   I2. Every address in a served file is relative, so that the page also works behind a proxy that adds a prefix.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { findPackageJSON, stripTypeScriptTypes } from 'node:module';
import { dirname, extname, join } from 'node:path';

import { invariant } from '../core/invariant.ts';

const UI_FOLDER = join(import.meta.dirname, '../ui');

/** What `ui/` may import by name, the file of its package, and the name under `/vendor/`. */
const VENDOR_FILES: Readonly<Record<string, { package: string; file: string; served: string }>> = {
  preact: { package: 'preact', file: 'dist/preact.mjs', served: 'preact.js' },
  'preact/hooks': { package: 'preact', file: 'hooks/dist/hooks.mjs', served: 'preact-hooks.js' },
  htm: { package: 'htm', file: 'dist/htm.mjs', served: 'htm.js' },
  'htm/preact': { package: 'htm', file: 'preact/index.mjs', served: 'htm-preact.js' },
  '@dagrejs/dagre': { package: '@dagrejs/dagre', file: 'dist/dagre.esm.js', served: 'dagre.js' },
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
};

/** A file ready to be sent. */
export interface PageFile {
  readonly body: string;
  readonly contentType: string;
  /** Changes when the content does. */
  readonly etag: string;
}

/** Serves by folder and name; undefined for what is not part of the page. */
export class PageFiles {
  readonly #prepared = new Map<string, PageFile>();
  readonly #uiNames = new Set(
    readdirSync(UI_FOLDER).filter((name) => CONTENT_TYPES[extname(name)] !== undefined),
  );

  /** A file of `ui/`, the types of a `.ts` stripped. */
  ui(name: string): PageFile | undefined {
    if (!this.#uiNames.has(name)) return undefined; // I1
    return this.#prepare(`ui/${name}`, () => {
      const source = readFileSync(join(UI_FOLDER, name), 'utf8');
      if (extname(name) !== '.ts') return { body: source, extension: extname(name) };
      return { body: linkVendor(stripTypes(source), '../vendor/'), extension: '.ts' };
    });
  }

  /** A library, under the name that `linkVendor` gave it. */
  vendor(name: string): PageFile | undefined {
    const entry = Object.values(VENDOR_FILES).find(({ served }) => served === name);
    if (entry === undefined) return undefined; // I1
    return this.#prepare(`vendor/${name}`, () => {
      const source = readFileSync(join(packageFolder(entry.package), entry.file), 'utf8');
      // Its source map is not served; without this line no browser asks for it.
      const body = source.replace(/^\/\/# sourceMappingURL=.*$/m, '');
      return { body: linkVendor(body, './'), extension: '.ts' };
    });
  }

  #prepare(key: string, make: () => { body: string; extension: string }): PageFile {
    const known = this.#prepared.get(key);
    if (known !== undefined) return known;
    const { body, extension } = make();
    const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    const contentType = CONTENT_TYPES[extension];
    invariant(contentType !== undefined, `a page file has a known extension, not "${extension}"`);
    const file = { body, contentType, etag: `"${digest}"` };
    this.#prepared.set(key, file);
    return file;
  }
}

/** Browsers resolve addresses only: `from 'preact'` becomes `from '<prefix>preact.js'`. */
export function linkVendor(code: string, prefix: string): string {
  return code.replaceAll(
    /(\bfrom\s*|\bimport\s*)(["'])([^"'\n]+)\2/g,
    (whole, keyword: string, quote: string, specifier: string) => {
      const served = VENDOR_FILES[specifier]?.served;
      return served === undefined ? whole : `${keyword}${quote}${prefix}${served}${quote}`; // I2
    },
  );
}

/**
 * Node's own stripping, which it still calls experimental and says so on stderr once a process. The engine pins its Node
 * version, so this one warning tells an operator nothing and is held back; the call is synchronous, so no other is.
 */
function stripTypes(source: string): string {
  const original = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  invariant(original?.configurable === true, 'process.emitWarning can be replaced for a moment');
  Object.defineProperty(process, 'emitWarning', { ...original, value: () => undefined });
  try {
    return stripTypeScriptTypes(source);
  } finally {
    Object.defineProperty(process, 'emitWarning', original);
  }
}

function packageFolder(name: string): string {
  const description = findPackageJSON(name, import.meta.url);
  invariant(description !== undefined, `the package ${name} is installed`);
  return dirname(description);
}
