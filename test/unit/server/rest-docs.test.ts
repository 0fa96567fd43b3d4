// docs/rest.md tells the truth: each example is what the server answers, and every path of the API is there.

import { describe, expect, it } from 'vitest';

import { silentLog } from '../../../runtime/core/log.ts';
import { createRestApp } from '../../../runtime/server/routes.ts';
import { fakeSnapshot } from '../../support/fake-snapshot.ts';
import { askRest, readRestExamples, shorten } from '../../support/rest-docs.ts';

const examples = readRestExamples();

describe('docs/rest.md', () => {
  it.each(examples.map((example) => [example.method, example.path, example] as const))(
    '%s %s answers as shown (else: node test/support/rest-docs.ts)',
    async (_method, _path, example) => {
      const { status, value } = await askRest(example);
      expect(status).toBe(example.method === 'PATCH' ? 202 : 200);
      expect(example.shown).toEqual(shorten(value));
    },
  );

  it('shows every route but the files of the page', () => {
    const app = createRestApp({
      snapshot: () => fakeSnapshot(),
      isReady: () => true,
      cancelJob: () => true,
      log: silentLog,
    });
    const documented = new Set(examples.map(({ method, path }) => `${method} ${generalize(path)}`));
    const routes = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !/^\/(v1|ui|vendor)\/|^\/$/.test(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':id')}`);
    expect([...documented].toSorted()).toEqual([...new Set(routes)].toSorted());
  });
});

function generalize(path: string): string {
  return path.replace(/\?.*/, '').replaceAll(/\/[0-9a-f]{32}|\/worker-[0-9a-f]{8}/g, '/:id');
}
