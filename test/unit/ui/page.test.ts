// The page as a browser loads it, over a socket: from index.html every file that is linked or imported arrives, with its
// type, also behind a proxy that adds a prefix.

import { afterEach, expect, it } from 'vitest';

import type { RestServer } from '../../../runtime/server/rest-server.ts';
import { serveFake } from '../../support/serve-fake.ts';

const LINKED = /\b(?:src|href)="([^"#]+)"/g;
const IMPORTED = /\b(?:from|import)\s*["']([^"'\n]+)["']/g;

let server: RestServer | undefined;

afterEach(async () => {
  await server?.stop();
});

it('loads every file that it needs', async () => {
  server = await serveFake(0, 'busy');
  const loaded = new Map<string, string>();
  const waiting = [`http://127.0.0.1:${server.port}/`];
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    if (loaded.has(url)) continue;
    const response = await fetch(url);
    expect(response.status, url).toBe(200);
    const type = response.headers.get('content-type')!.split(';')[0]!;
    loaded.set(url, type);
    const links = { 'text/html': LINKED, 'text/javascript': IMPORTED }[type];
    if (links === undefined) continue;
    for (const [, address] of (await response.text()).matchAll(links)) {
      waiting.push(new URL(address!, url).href);
    }
  }
  const names = [...loaded].map(([url, type]) => `${new URL(url).pathname} ${type}`);
  expect(names).toEqual(
    expect.arrayContaining([
      '/ui/main.ts text/javascript',
      '/ui/job-view.ts text/javascript',
      '/ui/style.css text/css',
      '/ui/mark.svg image/svg+xml',
      '/vendor/preact.js text/javascript',
      '/vendor/dagre.js text/javascript',
      '/overview application/json',
    ]),
  );
});

it('is told by an error, not by old data, that the coordinator has a problem', async () => {
  server = await serveFake(0, 'lost');
  const url = `http://127.0.0.1:${server.port}/millrace/snapshot`;
  const statuses: number[] = [];
  for (let request = 0; request < 4; request++) statuses.push((await fetch(url)).status);
  expect(statuses).toEqual([200, 200, 200, 500]);
});
