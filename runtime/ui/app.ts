// The frame of the page: top bar, banner when the coordinator does not answer, and the view that the address names.

import { useEffect } from 'preact/hooks';
import { html } from 'htm/preact';
import type { VNode } from 'preact';

import { ClusterView } from './cluster-view.ts';
import { useFeed } from './feed.ts';
import type { Feed } from './feed.ts';
import { formatMoment } from './format.ts';
import { JobView } from './job-view.ts';
import { linkTo, useRoute } from './route.ts';
import type { Route } from './route.ts';

/** The whole page. */
export function App(): VNode {
  const feed = useFeed();
  const route = useRoute();
  const snapshot = feed.kind === 'loading' ? undefined : feed.snapshot;
  const job =
    route.kind === 'job' ? snapshot?.jobs.find(({ id }) => id === route.jobId) : undefined;
  useEffect(() => {
    document.title = job === undefined ? 'Millrace' : `${job.name} · ${job.status} · Millrace`;
  }, [job?.name, job?.status]);
  return html`
    <a class="skip" href="#content">Skip to content</a>
    ${showTopBar(feed, route)}
    <div aria-live="polite">${feed.kind === 'unreachable' && showBanner(feed)}</div>
    <main id="content" class=${feed.kind === 'unreachable' ? 'stale' : ''} tabindex="-1">
      ${showContent(feed, route)}
    </main>
  `;
}

function showContent(feed: Feed, route: Route): VNode {
  const snapshot = feed.kind === 'loading' ? undefined : feed.snapshot;
  if (feed.kind === 'loading' || snapshot === undefined) {
    const text =
      feed.kind === 'loading' ? 'Asking the coordinator…' : 'Nothing to show yet. Still trying…';
    return html`<p class="notice" role="status">${text}</p>`;
  }
  if (route.kind === 'cluster') return html`<${ClusterView} snapshot=${snapshot} />`;
  return html`<${JobView}
    key=${route.jobId}
    snapshot=${snapshot}
    history=${feed.history}
    jobId=${route.jobId}
    taskId=${route.taskId}
  />`;
}

function showTopBar(feed: Feed, route: Route): VNode {
  const snapshot = feed.kind === 'loading' ? undefined : feed.snapshot;
  const jobs = snapshot?.jobs ?? [];
  return html`
    <header class="top-bar">
      <a class="brand" href=${linkTo({ kind: 'cluster' })}>
        <img src="ui/mark.svg" alt="" width="24" height="24" />
        Millrace
      </a>
      <nav aria-label="Main">
        <a
          href=${linkTo({ kind: 'cluster' })}
          aria-current=${route.kind === 'cluster' ? 'page' : undefined}
          >Cluster</a
        >
        ${jobs
          .slice(0, NAVIGATION_JOBS_MAX)
          .map(
            (job) => html`
              <a
                key=${job.id}
                href=${linkTo({ kind: 'job', jobId: job.id, taskId: undefined })}
                aria-current=${route.kind === 'job' && route.jobId === job.id ? 'page' : undefined}
              >
                <span class="dot" data-status=${job.status}></span>${job.name}
              </a>
            `,
          )}
      </nav>
      ${showPulse(feed)}
    </header>
  `;
}

/** The cluster view lists every job; the bar has room for the first ones. */
const NAVIGATION_JOBS_MAX = 4;

function showPulse(feed: Feed): VNode {
  const text = { loading: 'Connecting', live: 'Live', unreachable: 'Unreachable' }[feed.kind];
  const version = feed.kind === 'loading' ? undefined : feed.snapshot?.version;
  return html`
    <div class="pulse" data-kind=${feed.kind}>
      <span class="pulse-dot" aria-hidden="true"></span>${text}
      ${version !== undefined && html`<span class="version">v${version}</span>`}
    </div>
  `;
}

function showBanner(feed: Extract<Feed, { kind: 'unreachable' }>): VNode {
  const last =
    feed.snapshot === undefined
      ? 'Trying again each second.'
      : `What you see is of ${formatMoment(feed.snapshot.nowMs)}; trying again each second.`;
  return html`
    <p class="banner" role="alert">
      <strong>The coordinator cannot be reached</strong> since ${formatMoment(feed.sinceMs)}:
      ${' '}${feed.reason}. ${last}
    </p>
  `;
}
