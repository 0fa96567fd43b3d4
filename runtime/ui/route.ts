// What the address says to show. It is kept behind the `#`, so that the server has one page and links can be shared.

import { useEffect, useState } from 'preact/hooks';

/** The cluster, or a job, or a task of it. */
export type Route =
  | { readonly kind: 'cluster' }
  | { readonly kind: 'job'; readonly jobId: string; readonly taskId: string | undefined };

/** Anything that is not understood is the cluster. */
export function parseRoute(hash: string): Route {
  const match = /^#\/jobs\/([^/]+)(?:\/tasks\/([^/]+))?\/?$/.exec(hash);
  const jobId = match?.[1];
  return jobId === undefined ? { kind: 'cluster' } : { kind: 'job', jobId, taskId: match?.[2] };
}

/** The link to a route; the inverse of `parseRoute`. */
export function linkTo(route: Route): string {
  if (route.kind === 'cluster') return '#/';
  const job = `#/jobs/${route.jobId}`;
  return route.taskId === undefined ? job : `${job}/tasks/${route.taskId}`;
}

/** The present route; changes with the address. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}
