// The examples of docs/rest.md: each `### METHOD /path` heading is followed by an answer of the real routes to the fake
// snapshot. Run as a program it writes them; rest-docs.test.ts compares. Lists are shortened to their first item and "…".

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { silentLog } from '../../runtime/core/log.ts';
import { createRestApp } from '../../runtime/server/routes.ts';
import { fakeSnapshot } from './fake-snapshot.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/rest.md');
const SECTION = /^### (GET|PATCH) (\S+)$([\s\S]*?)(?=^##|(?![\s\S]))/gm;
const EXAMPLE = /```json\n([\s\S]*?)```\n/;

/** One heading with its example; undefined when it shows none. */
export interface RestExample {
  readonly method: string;
  readonly path: string;
  readonly shown: unknown;
}

/** Every example in the document. */
export function readRestExamples(): RestExample[] {
  return [...readFileSync(DOCUMENT, 'utf8').matchAll(SECTION)].map(([, method, path, text]) => {
    const shown = EXAMPLE.exec(text!)?.[1];
    const value: unknown = shown === undefined ? undefined : JSON.parse(shown);
    return { method: method!, path: path!, shown: value };
  });
}

/** What the routes answer: JSON, or undefined where the answer is text. */
export async function askRest({ method, path }: Pick<RestExample, 'method' | 'path'>): Promise<{
  readonly status: number;
  readonly value: unknown;
}> {
  const app = createRestApp({
    snapshot: () => fakeSnapshot(),
    isReady: () => true,
    cancelJob: () => true,
    log: silentLog,
  });
  const response = await app.request(path, { method });
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const value: unknown = isJson ? await response.json() : undefined;
  return { status: response.status, value };
}

/** Lists keep their first item, then `"…"`. */
export function shorten(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items.length > 1 ? [shorten(items[0]), '…'] : items.map(shorten);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shorten(item)]));
}

async function writeExamples(): Promise<void> {
  let text = readFileSync(DOCUMENT, 'utf8');
  for (const [section, method, path, body] of text.matchAll(SECTION)) {
    const { value } = await askRest({ method: method!, path: path! });
    const prose = body!.replace(EXAMPLE, '').trim();
    const example =
      value === undefined
        ? ''
        : `\`\`\`json\n${JSON.stringify(shorten(value), undefined, 2)}\n\`\`\`\n\n`;
    const parts = [`### ${method!} ${path!}`, ...(prose === '' ? [] : [prose])];
    text = text.replace(section, () => `${parts.join('\n\n')}\n\n${example}`);
  }
  writeFileSync(DOCUMENT, `${text.trimEnd()}\n`);
}

if (import.meta.main) await writeExamples();
