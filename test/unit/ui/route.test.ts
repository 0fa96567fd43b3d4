import { expect, it } from 'vitest';

import { linkTo, parseRoute } from '../../../runtime/ui/route.ts';

it.each([
  ['', { kind: 'cluster' }],
  ['#/', { kind: 'cluster' }],
  ['#/nowhere/x', { kind: 'cluster' }],
  ['#/jobs/a1', { kind: 'job', jobId: 'a1', taskId: undefined }],
  ['#/jobs/a1/', { kind: 'job', jobId: 'a1', taskId: undefined }],
  ['#/jobs/a1/tasks/b2', { kind: 'job', jobId: 'a1', taskId: 'b2' }],
] as const)('%s shows %j, and the link back is understood', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
  expect(parseRoute(linkTo(route))).toEqual(route);
});
