// Where the page gets its data: one request a second while the tab is seen. A failed request keeps the last data.
//   I1. At most one request is under way.

import { useEffect, useState } from 'preact/hooks';

import { extendHistory } from './history.ts';
import type { RateHistory } from './history.ts';
import type { SnapshotResponse } from '../server/schema.ts';

const REFRESH_INTERVAL_MS = 1_000;
const ANSWER_TIMEOUT_MS = 5_000;

/** What is known now; `unreachable` with the last data, if there ever was any. */
export type Feed =
  | { readonly kind: 'loading' }
  | { readonly kind: 'live'; readonly snapshot: SnapshotResponse; readonly history: RateHistory }
  | {
      readonly kind: 'unreachable';
      readonly reason: string;
      readonly sinceMs: number;
      readonly snapshot: SnapshotResponse | undefined;
      readonly history: RateHistory;
    };

/** Follows the coordinator for as long as the component is shown. */
export function useFeed(): Feed {
  const [feed, setFeed] = useState<Feed>({ kind: 'loading' });
  useEffect(() => followSnapshots((change) => setFeed(change)), []);
  return feed;
}

/** Calls back with a change to the feed after each request, until the returned function is called. */
function followSnapshots(apply: (change: (feed: Feed) => Feed) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  const over = new AbortController();
  const isOver = (): boolean => over.signal.aborted;

  async function ask(): Promise<void> {
    if (isAsking || isOver()) return; // I1
    isAsking = true;
    clearTimeout(timer);
    const change = await requestSnapshot();
    isAsking = false;
    if (isOver()) return;
    apply(change);
    if (!document.hidden) timer = setTimeout(() => void ask(), REFRESH_INTERVAL_MS);
  }
  function onVisibilityChange(): void {
    if (document.hidden) clearTimeout(timer);
    else void ask();
  }

  document.addEventListener('visibilitychange', onVisibilityChange);
  void ask();
  return () => {
    over.abort();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onVisibilityChange);
  };
}

async function requestSnapshot(): Promise<(feed: Feed) => Feed> {
  try {
    const response = await fetch('millrace/snapshot', {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`it answers with status ${response.status}`);
    const snapshot = (await response.json()) as SnapshotResponse;
    return (feed) => ({
      kind: 'live',
      snapshot,
      history: extendHistory(feed.kind === 'loading' ? new Map() : feed.history, snapshot),
    });
  } catch (error) {
    return (feed) => toUnreachable(feed, explain(error));
  }
}

/** The moment of the first failure stays, and so does the last data. */
export function toUnreachable(feed: Feed, reason: string): Feed {
  if (feed.kind === 'unreachable') return { ...feed, reason };
  const last =
    feed.kind === 'live'
      ? { snapshot: feed.snapshot, history: feed.history }
      : { snapshot: undefined, history: new Map<string, readonly number[]>() };
  return { kind: 'unreachable', reason, sinceMs: Date.now(), ...last };
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${ANSWER_TIMEOUT_MS / 1000} seconds`;
  // Browsers say "Failed to fetch" and the like, which tells a person nothing.
  return error instanceof TypeError ? 'the connection failed' : error.message;
}
