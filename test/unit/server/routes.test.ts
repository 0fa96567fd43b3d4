// Every answer has the shape of its schema, with and without `/v1`; what cannot be answered says why.

import type { Hono } from 'hono';
import type { ZodType } from 'zod';
import { describe, expect, it } from 'vitest';

import { silentLog } from '../../../runtime/core/log.ts';
import type { ClusterSnapshot } from '../../../runtime/protocol/cluster-snapshot.ts';
import { createRestApp } from '../../../runtime/server/routes.ts';
import * as schema from '../../../runtime/server/schema.ts';
import { snapshotSchema } from '../../../runtime/server/snapshot-schema.ts';
import type { SnapshotResponse } from '../../../runtime/server/snapshot-schema.ts';
import {
  FAKE_FAILED_JOB_ID,
  FAKE_JOB_ID,
  FAKE_WINDOW_ID,
  fakeFinishedJob,
  fakeIdleSnapshot,
  fakeSnapshot,
} from '../../support/fake-snapshot.ts';

const job = `/jobs/${FAKE_JOB_ID}`;
const vertex = `${job}/vertices/${FAKE_WINDOW_ID}`;

const shapes: readonly (readonly [path: string, shape: ZodType])[] = [
  ['/overview', schema.overviewSchema],
  ['/config', schema.configSchema],
  ['/jobs', schema.jobsSchema],
  ['/jobs/overview', schema.jobsOverviewSchema],
  [job, schema.jobDetailsSchema],
  [`${job}/status`, schema.jobStatusSchema],
  [`${job}/config`, schema.jobConfigSchema],
  [`${job}/plan`, schema.jobPlanSchema],
  [`${job}/exceptions`, schema.jobExceptionsSchema],
  [`/jobs/${FAKE_FAILED_JOB_ID}`, schema.jobDetailsSchema],
  [`/jobs/${FAKE_FAILED_JOB_ID}/exceptions`, schema.jobExceptionsSchema],
  [vertex, schema.vertexDetailsSchema],
  [`${vertex}/backpressure`, schema.vertexBackpressureSchema],
  [`${vertex}/watermarks`, schema.vertexWatermarksSchema],
  ['/taskmanagers', schema.workersSchema],
  ['/taskmanagers/worker-3fa90b12', schema.workerDetailsSchema],
];

interface Fakes {
  readonly snapshot?: () => ClusterSnapshot;
  readonly isReady?: () => boolean;
  readonly cancelJob?: (id: string) => boolean;
}

function makeApp(fakes: Fakes = {}): Hono {
  return createRestApp({
    snapshot: () => fakeSnapshot(),
    isReady: () => true,
    cancelJob: () => true,
    log: silentLog,
    ...fakes,
  });
}

describe('answers', () => {
  it.each(shapes)('%s has the shape of its schema, with and without /v1', async (path, shape) => {
    const plain = await makeApp().request(path);
    expect(plain.status).toBe(200);
    const body: unknown = await plain.json();
    expect(shape.safeParse(body).error).toBeUndefined();
    const prefixed = await makeApp().request(`/v1${path}`);
    expect(await prefixed.json()).toEqual(body);
  });

  it('a cluster without jobs still answers in shape', async () => {
    const app = makeApp({ snapshot: fakeIdleSnapshot });
    for (const path of ['/overview', '/jobs', '/jobs/overview', '/taskmanagers']) {
      expect((await app.request(path)).status).toBe(200);
    }
    expect(await (await app.request('/jobs')).json()).toEqual({ jobs: [] });
  });

  it('takes a fresh snapshot for each request', async () => {
    let elapsedMs = 1000;
    const app = makeApp({ snapshot: () => fakeSnapshot((elapsedMs += 1000)) });
    const first = schema.jobDetailsSchema.parse(await (await app.request(job)).json());
    const second = schema.jobDetailsSchema.parse(await (await app.request(job)).json());
    expect(second.duration - first.duration).toBe(1000);
  });
});

describe('/millrace/snapshot', () => {
  it('is the snapshot after JSON', async () => {
    const response = await makeApp().request('/millrace/snapshot');
    expect(response.headers.get('content-type')).toBe('application/json');
    const body: unknown = await response.json();
    expect(snapshotSchema.parse(body)).toEqual(JSON.parse(JSON.stringify(fakeSnapshot())));
    // The compiler checks here that a snapshot is what the page's type says.
    const asSeenByThePage: SnapshotResponse = fakeSnapshot();
    expect(asSeenByThePage.jobs).toHaveLength(2);
  });

  it('survives an infinite watermark and a bigint parameter', async () => {
    const finished = fakeFinishedJob();
    const tasks = finished.tasks.map((task) => ({
      ...task,
      subtasks: task.subtasks.map((subtask) => ({
        ...subtask,
        metrics: { ...subtask.metrics, watermarkMs: Infinity },
      })),
    }));
    const jobs = [{ ...finished, tasks, parameters: { seed: 2n ** 60n } }];
    const app = makeApp({ snapshot: () => ({ ...fakeSnapshot(), jobs }) });
    const seen = snapshotSchema.parse(await (await app.request('/millrace/snapshot')).json());
    expect(seen.jobs[0]?.tasks[0]?.subtasks[0]?.metrics.watermarkMs).toBe(Number.MAX_SAFE_INTEGER);
    expect(seen.jobs[0]?.parameters).toEqual({ seed: '1152921504606846976' });
    const config: unknown = await (await app.request(`${job}/config`)).json();
    expect(config).toMatchObject({
      'execution-config': { 'user-config': { seed: '"1152921504606846976"' } },
    });
    const watermarks: unknown = await (await app.request(`${vertex}/watermarks`)).json();
    expect(watermarks).toContainEqual({
      id: '0.currentInputWatermark',
      value: '9223372036854775807',
    });
  });
});

describe('what cannot be answered', () => {
  it.each([
    ['/nowhere', 'Not found: GET /nowhere'],
    ['/jobs/none', 'GET /jobs lists'],
    [`${job}/vertices/none`, 'has no vertex "none"'],
    [`${job}/vertices/none/watermarks`, 'has no vertex "none"'],
    ['/taskmanagers/none', 'GET /taskmanagers lists'],
    ['/ui/..%2Fserver%2Froutes.ts', 'Not found'],
    ['/ui/none.ts', 'Not found'],
    ['/vendor/none.js', 'Not found'],
  ])('404 for %s', async (path, hint) => {
    const response = await makeApp().request(path);
    expect(response.status).toBe(404);
    const { errors } = schema.errorsSchema.parse(await response.json());
    expect(errors[0]).toContain(hint);
  });

  it.each([
    ['maxExceptions=0', 'positive integer'],
    ['maxExceptions=many', 'positive integer'],
    ['failureLabelFilter=domain', 'name:value'],
  ])('400 for exceptions?%s', async (query, hint) => {
    const response = await makeApp().request(`${job}/exceptions?${query}`);
    expect(response.status).toBe(400);
    expect(schema.errorsSchema.parse(await response.json()).errors[0]).toContain(hint);
  });

  it('500, logged, when the coordinator fails', async () => {
    const logged: string[] = [];
    const app = createRestApp({
      snapshot: () => {
        throw new Error('no snapshot');
      },
      isReady: () => true,
      cancelJob: () => true,
      log: { ...silentLog, error: (message) => logged.push(message) },
    });
    const response = await app.request('/overview');
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ errors: ['Internal error: no snapshot'] });
    expect(logged).toEqual(['a REST request failed']);
  });
});

describe('PATCH /jobs/:id', () => {
  it('cancels the job it names', async () => {
    const cancelled: string[] = [];
    const app = makeApp({ cancelJob: (id) => cancelled.push(id) > 0 });
    const response = await app.request(`${job}?mode=cancel`, { method: 'PATCH' });
    expect(response.status).toBe(202);
    expect(schema.acceptedSchema.parse(await response.json())).toEqual({});
    expect(cancelled).toEqual([FAKE_JOB_ID]);
  });

  it('409 for a job that ended otherwise, and when the coordinator refuses', async () => {
    const failed = `/jobs/${FAKE_FAILED_JOB_ID}`;
    expect((await makeApp().request(failed, { method: 'PATCH' })).status).toBe(409);
    const refusing = makeApp({ cancelJob: () => false });
    expect((await refusing.request(job, { method: 'PATCH' })).status).toBe(409);
  });

  it('is idempotent: 202 for a job already cancelled, without asking again', async () => {
    const cancelled = { ...fakeFinishedJob(), status: 'CANCELED' as const };
    const app = makeApp({
      snapshot: () => ({ ...fakeSnapshot(), jobs: [cancelled] }),
      cancelJob: () => false,
    });
    expect((await app.request(job, { method: 'PATCH' })).status).toBe(202);
  });

  it('400 for another mode, 404 for another job; neither cancels', async () => {
    const cancelled: string[] = [];
    const app = makeApp({ cancelJob: (id) => cancelled.push(id) > 0 });
    expect((await app.request(`${job}?mode=stop`, { method: 'PATCH' })).status).toBe(400);
    expect((await app.request('/jobs/none', { method: 'PATCH' })).status).toBe(404);
    expect(cancelled).toEqual([]);
  });
});

describe('probes', () => {
  it('alive from the start, ready when the coordinator says so', async () => {
    let ready = false;
    const app = makeApp({ isReady: () => ready });
    expect((await app.request('/healthz')).status).toBe(200);
    expect((await app.request('/readyz')).status).toBe(503);
    ready = true;
    const response = await app.request('/readyz');
    expect(response.status).toBe(200);
    expect(schema.readinessSchema.parse(await response.json())).toEqual({ ready: true });
  });
});

describe('headers', () => {
  it.each(['/', '/overview', '/nowhere', '/ui/main.ts'])('of %s are strict', async (path) => {
    const { headers } = await makeApp().request(path, { headers: { origin: 'http://elsewhere' } });
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
