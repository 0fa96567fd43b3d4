import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { silentLog } from '../../../runtime/core/log.ts';
import { PageFiles, linkVendor } from '../../../runtime/server/page-files.ts';
import { createRestApp } from '../../../runtime/server/routes.ts';
import { fakeSnapshot } from '../../support/fake-snapshot.ts';

const UI_FOLDER = join(import.meta.dirname, '../../../runtime/ui');
const IMPORTED = /\b(?:from|import)\s*["']([^"'\n]+)["']/g;

describe('linkVendor', () => {
  it('rewrites what it serves, minified or not, and nothing else', () => {
    const code = `import{h}from"preact";export {x} from './x.ts';import 'htm';const from = 'preact';`;
    expect(linkVendor(code, '../vendor/')).toBe(
      `import{h}from"../vendor/preact.js";export {x} from './x.ts';import '../vendor/htm.js';const from = 'preact';`,
    );
  });
});

describe('the files of the page', () => {
  it.each(readdirSync(UI_FOLDER).filter((name) => name.endsWith('.ts')))(
    '%s becomes JavaScript whose imports are all served',
    (name) => {
      const files = new PageFiles();
      const file = files.ui(name);
      expect(file?.contentType).toMatch(/^text\/javascript/);
      expect(file?.body).not.toMatch(/import type|: string\b/);
      expectServedImports(files, file!.body);
    },
  );

  it.each(['preact.js', 'preact-hooks.js', 'htm.js', 'htm-preact.js', 'dagre.js'])(
    'the library %s imports only what is served too',
    (name) => {
      const files = new PageFiles();
      const file = files.vendor(name);
      expect(file?.body.length).toBeGreaterThan(100);
      expect(file?.body).not.toContain('sourceMappingURL');
      expectServedImports(files, file!.body);
    },
  );

  it('says nothing on stderr about stripping types, and warns again afterwards', async () => {
    const module = new URL('../../../runtime/server/page-files.ts', import.meta.url).href;
    const program = `
      import { PageFiles } from '${module}';
      new PageFiles().ui('main.ts');
      process.removeAllListeners('warning').on('warning', ({ message }) => console.log(message));
      process.emitWarning('another');
    `;
    const run = promisify(execFile);
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', program]);
    expect(stderr).toBe('');
    expect(stdout).toBe('another\n');
  });

  it('are asked for again only when they have changed', async () => {
    const app = createRestApp({
      snapshot: () => fakeSnapshot(),
      isReady: () => true,
      cancelJob: () => true,
      log: silentLog,
    });
    const first = await app.request('/ui/style.css');
    expect(first.headers.get('content-type')).toMatch(/^text\/css/);
    const etag = first.headers.get('etag')!;
    const again = await app.request('/ui/style.css', { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  it('the page has no inline script or style, and no absolute address', () => {
    const html = new PageFiles().ui('index.html')!.body;
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
    expect(html).not.toMatch(/(?:src|href)="(?:\/|https?:)/);
  });
});

function expectServedImports(files: PageFiles, code: string): void {
  for (const [, specifier] of code.matchAll(IMPORTED)) {
    const name = specifier!.slice(specifier!.lastIndexOf('/') + 1);
    const served = specifier!.endsWith('.ts') ? files.ui(name) : files.vendor(name);
    expect(specifier).toMatch(/^\.\.?\//);
    expect(served, `${specifier!} is served`).toBeDefined();
  }
}
