// What the views say, read from the tree that they make. Components with a state of their own (graph, drawer, cancel
// button) are named in the tree and drawn only by a browser.

import { describe, expect, it } from 'vitest';

import { ClusterView } from '../../../runtime/ui/cluster-view.ts';
import { showFailures } from '../../../runtime/ui/failure-list.ts';
import { JobView } from '../../../runtime/ui/job-view.ts';
import { showLoad, showRates } from '../../../runtime/ui/parts.ts';
import {
  FAKE_FAILED_JOB_ID,
  FAKE_JOB_ID,
  FAKE_WINDOW_ID,
  fakeIdleSnapshot,
  fakeSnapshot,
} from '../../support/fake-snapshot.ts';

interface Element {
  readonly type: string | { readonly name: string };
  readonly props: Readonly<Record<string, unknown>>;
}

/** The text of a tree; a component is `<Name>`, and labels for those who do not see are `[label]`. */
function readText(node: unknown): string {
  if (Array.isArray(node)) return node.map(readText).join('');
  if (typeof node === 'string' || typeof node === 'number') return String(node);
  if (typeof node !== 'object' || node === null) return '';
  const { type, props } = node as Element;
  if (typeof type !== 'string') return `<${type.name}>`;
  const label = props['aria-label'];
  const text = readText(props['children']);
  return ` ${typeof label === 'string' ? `[${label}]` : ''}${text} `;
}

const tidy = (node: unknown): string => readText(node).replaceAll(/\s+/g, ' ').trim();

function viewJob(jobId: string, taskId?: string): string {
  return tidy(JobView({ snapshot: fakeSnapshot(), history: new Map(), jobId, taskId }));
}

describe('the cluster', () => {
  it('shows slots, jobs and workers', () => {
    const text = tidy(ClusterView({ snapshot: fakeSnapshot() }));
    expect(text).toContain('Slots in use 4 of 6 2 free');
    expect(text).toMatch(/monitoring a3c1f09b RUNNING 198 k\/s 18,786,496 10 of 10 1m 35s/);
    expect(text).toMatch(/monitoring 5d0e7b1c FAILED – /);
    expect(text).toContain('heap 576 MiB state 1.06 GiB network 128 MiB overhead 256 MiB');
    expect(text).toContain('heartbeat 0.5s ago');
  });

  it('marks a worker that has been silent for long', () => {
    const snapshot = fakeSnapshot();
    const late = { ...snapshot, nowMs: snapshot.nowMs + 6_000 };
    expect(tidy(ClusterView({ snapshot: late }))).toContain('silent for 6.5s');
  });

  it('says how to start when there is no job', () => {
    const text = tidy(ClusterView({ snapshot: { ...fakeIdleSnapshot(), workers: [] } }));
    expect(text).toContain('No job yet. Start one with millrace run monitoring');
    expect(text).toContain('No worker has registered yet.');
  });
});

describe('a job', () => {
  it('that runs can be cancelled and shows its tasks', () => {
    const text = viewJob(FAKE_JOB_ID);
    expect(text).toContain('<CancelButton>');
    expect(text).toContain('<GraphView>');
    expect(text).not.toContain('<TaskDrawer>');
    expect(text).toContain('window: error rate by host RUNNING 4 [busy 89%, idle 11%]');
    expect(text).not.toContain('Failure');
  });

  it('opens the drawer of the task in the address, and of no other', () => {
    expect(viewJob(FAKE_JOB_ID, FAKE_WINDOW_ID)).toContain('<TaskDrawer>');
    expect(viewJob(FAKE_JOB_ID, 'none')).not.toContain('<TaskDrawer>');
  });

  it('that failed shows why before its graph, and cannot be cancelled', () => {
    const text = viewJob(FAKE_FAILED_JOB_ID);
    expect(text.indexOf('USER_FUNCTION_FAILED')).toBeLessThan(text.indexOf('<GraphView>'));
    expect(text.match(/USER_FUNCTION_FAILED/g)).toHaveLength(1);
    expect(text).not.toContain('<CancelButton>');
  });

  it('that is not there says so', () => {
    expect(viewJob('gone')).toContain('The coordinator knows no job gone');
  });
});

it('a failure tells code, place, facts and stack', () => {
  const [running, failed] = fakeSnapshot().jobs;
  expect(showFailures(running!)).toBeUndefined();
  const text = tidy(showFailures(failed!));
  expect(text).toMatch(/task generator: requests .* worker worker-3fa90b12 operator map: parse/);
  expect(text).toContain('Stack TypeError: status is not a number');
});

describe('the parts', () => {
  it('say a load in words for those who do not see its colours', () => {
    expect(tidy(showLoad({ busy: 430, backpressured: 520, idle: 50 }))).toBe(
      '[busy 43%, backpressured 52%, idle 5%]',
    );
    expect(tidy(showLoad({ busy: 0, backpressured: 0, idle: 0 }))).toBe('[not running]');
  });

  it('draw rates from the second sample on', () => {
    expect(showRates([5], 'rates')).toBeUndefined();
    expect(tidy(showRates([5, 6], 'rates'))).toContain('[rates]');
  });
});
