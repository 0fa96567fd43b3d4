// Paths to answers. Each route takes a fresh snapshot, hands it to a pure function of the model files and sends the result;
// it decides only between 200 and 404. Paths and answers are Flink's, each with and without `/v1`; docs/rest.md lists them.

import { Hono } from 'hono';
import type { Context, TypedResponse } from 'hono';

import type { JobId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type {
  ClusterSnapshot,
  JobSnapshot,
  JobStatus,
  TaskSnapshot,
} from '../protocol/cluster-snapshot.ts';
import {
  describeConfig,
  describeOverview,
  describeWorkerDetails,
  describeWorkers,
} from './cluster-model.ts';
import {
  EXCEPTIONS_MAX_DEFAULT,
  describeExceptions,
  describeJob,
  describeJobConfig,
  describeJobs,
  describeJobsOverview,
  describePlan,
} from './job-model.ts';
import { toJsonValue } from './json-value.ts';
import { PageFiles } from './page-files.ts';
import type { PageFile } from './page-files.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { describeBackpressure, describeVertex, describeWatermarks } from './vertex-model.ts';

/** What the server knows of the coordinator. */
export interface ClusterAccess {
  /** Taken anew at each request; must be cheap. */
  readonly snapshot: () => ClusterSnapshot;
  /** Whether the process may be given traffic: `/readyz`. */
  readonly isReady: () => boolean;
  /** Asks for a cancellation; false when the job cannot be cancelled any more. */
  readonly cancelJob: (id: JobId) => boolean;
  readonly log: Log;
}

const TERMINAL: readonly JobStatus[] = ['FINISHED', 'FAILED', 'CANCELED'];

/** All routes, ready to be served or asked directly (`app.request('/overview')`). */
export function createRestApp(cluster: ClusterAccess): Hono {
  const api = new Hono();
  addClusterRoutes(api, cluster);
  addJobRoutes(api, cluster);
  addVertexRoutes(api, cluster);

  const app = new Hono();
  app.use(setSecurityHeaders);
  addProbeRoutes(app, cluster);
  addPageRoutes(app, cluster);
  app.route('/v1', api);
  app.route('/', api);
  app.notFound((context) =>
    context.json({ errors: [`Not found: ${context.req.method} ${context.req.path}`] }, 404),
  );
  app.onError((error, context) => {
    cluster.log.error('a REST request failed', {
      path: context.req.path,
      error: error.stack ?? error.message,
    });
    return context.json({ errors: [`Internal error: ${error.message}`] }, 500);
  });
  return app;
}

function addProbeRoutes(app: Hono, { isReady }: ClusterAccess): void {
  app.get('/healthz', (context) => context.text('ok'));
  app.get('/readyz', (context) => {
    const ready = isReady();
    return context.json({ ready }, ready ? 200 : 503);
  });
}

function addPageRoutes(app: Hono, { snapshot }: ClusterAccess): void {
  const files = new PageFiles();
  app.get('/', (context) => sendFile(context, files.ui('index.html')));
  app.get('/ui/:name', (context) => sendFile(context, files.ui(context.req.param('name'))));
  app.get('/vendor/:name', (context) => sendFile(context, files.vendor(context.req.param('name'))));
  app.get('/millrace/snapshot', (context) =>
    context.body(JSON.stringify(snapshot(), toJsonValue), 200, {
      'content-type': 'application/json',
    }),
  );
}

function addClusterRoutes(api: Hono, { snapshot }: ClusterAccess): void {
  api.get('/overview', (context) => context.json(describeOverview(snapshot())));
  api.get('/config', (context) => context.json(describeConfig(snapshot())));
  api.get('/taskmanagers', (context) => context.json(describeWorkers(snapshot())));
  api.get('/taskmanagers/:worker', (context) => {
    const id = context.req.param('worker');
    const worker = describeWorkerDetails(snapshot(), id);
    return worker === undefined
      ? sendNotFound(context, `No worker "${id}" is registered; GET /taskmanagers lists them.`)
      : context.json(worker);
  });
}

function addJobRoutes(api: Hono, cluster: ClusterAccess): void {
  const { snapshot } = cluster;
  const describe =
    (answer: (job: JobSnapshot, all: ClusterSnapshot, context: Context) => object) =>
    (context: Context): Response =>
      withJob(context, snapshot(), (job, all) => context.json(answer(job, all, context)));

  api.get('/jobs', (context) => context.json(describeJobs(snapshot())));
  api.get('/jobs/overview', (context) => context.json(describeJobsOverview(snapshot())));
  api.get(
    '/jobs/:job',
    describe((job, { nowMs }) => describeJob(job, nowMs)),
  );
  api.get(
    '/jobs/:job/status',
    describe(({ status }) => ({ status })),
  );
  api.get('/jobs/:job/config', describe(describeJobConfig));
  api.get(
    '/jobs/:job/plan',
    describe((job) => ({ plan: describePlan(job) })),
  );
  api.get('/jobs/:job/exceptions', (context) =>
    withJob(context, snapshot(), (job, { workers }) => {
      const query = parseExceptionQuery(context);
      return typeof query === 'string'
        ? context.json({ errors: [query] }, 400)
        : context.json(describeExceptions(job, workers, query));
    }),
  );
  api.patch('/jobs/:job', (context) =>
    withJob(context, snapshot(), (job) => cancel(context, job, cluster)),
  );
}

function addVertexRoutes(api: Hono, { snapshot }: ClusterAccess): void {
  const describe =
    (answer: (task: TaskSnapshot, all: ClusterSnapshot) => object) =>
    (context: Context): Response =>
      withJob(context, snapshot(), (job, all) => {
        const id = context.req.param('vertex') ?? '';
        const task = job.tasks.find((candidate) => candidate.id === id);
        return task === undefined
          ? sendNotFound(
              context,
              `Job ${job.id} has no vertex "${id}"; GET /jobs/${job.id} lists them.`,
            )
          : context.json(answer(task, all));
      });

  const vertex = '/jobs/:job/vertices/:vertex';
  api.get(
    vertex,
    describe((task, all) => describeVertex(task, all.workers, all.nowMs)),
  );
  api.get(
    `${vertex}/backpressure`,
    describe((task, all) => describeBackpressure(task, all.nowMs)),
  );
  api.get(`${vertex}/watermarks`, describe(describeWatermarks));
}

/** Flink's answers: 202 when it will happen or has, 409 when the job ended otherwise, 400 for a mode that is no more. */
function cancel(context: Context, job: JobSnapshot, { cancelJob }: ClusterAccess): Response {
  const mode = context.req.query('mode') ?? 'cancel';
  if (mode !== 'cancel') {
    return context.json({ errors: [`Unknown mode "${mode}"; the only mode is "cancel".`] }, 400);
  }
  if (job.status === 'CANCELED') return context.json({}, 202);
  if (TERMINAL.includes(job.status) || !cancelJob(job.id)) {
    const message = `Job ${job.id} cannot be cancelled: it is already ${job.status}.`;
    return context.json({ errors: [message] }, 409);
  }
  return context.json({}, 202);
}

function withJob(
  context: Context,
  all: ClusterSnapshot,
  answer: (job: JobSnapshot, all: ClusterSnapshot) => Response,
): Response {
  const id = context.req.param('job') ?? '';
  const job = all.jobs.find((candidate) => candidate.id === id);
  return job === undefined
    ? sendNotFound(context, `Job "${id}" not found; GET /jobs lists the jobs.`)
    : answer(job, all);
}

/** `maxExceptions=20&failureLabelFilter=domain:user,code:JOB_FAILED`; a text when it cannot be understood. */
function parseExceptionQuery(
  context: Context,
): { maxExceptions: number; labels: Record<string, string> } | string {
  const text = context.req.query('maxExceptions') ?? String(EXCEPTIONS_MAX_DEFAULT);
  if (!/^[1-9]\d{0,8}$/.test(text))
    return `maxExceptions must be a positive integer, not "${text}".`;
  const labels: Record<string, string> = {};
  for (const filter of context.req.query('failureLabelFilter')?.split(',') ?? []) {
    const [, name, value] = /^([^:]+):(.+)$/.exec(filter) ?? [];
    if (name === undefined || value === undefined) {
      return `failureLabelFilter must be name:value pairs with commas between, not "${filter}".`;
    }
    labels[name] = value;
  }
  return { maxExceptions: Number(text), labels };
}

function sendNotFound(
  context: Context,
  message: string,
): Response & TypedResponse<{ errors: string[] }, 404> {
  return context.json({ errors: [message] }, 404);
}

/** A browser keeps the file and asks each time whether it is still the same. */
function sendFile(context: Context, file: PageFile | undefined): Response {
  if (file === undefined) return sendNotFound(context, `Not found: GET ${context.req.path}`);
  const headers = { 'cache-control': 'no-cache', etag: file.etag };
  if (context.req.header('if-none-match') === file.etag) return context.body(null, 304, headers);
  return context.body(file.body, 200, { ...headers, 'content-type': file.contentType });
}
