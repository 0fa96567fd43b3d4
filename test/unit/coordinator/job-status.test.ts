// coordinator/job-status.ts: the legal ways of a job.

import { describe, expect, it } from 'vitest';

import { isTerminal, JobStatusHistory } from '../../../runtime/coordinator/job-status.ts';
import type { JobStatus } from '../../../runtime/protocol/cluster-snapshot.ts';

const ALL: readonly JobStatus[] = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
];

/** A history that has gone this way. */
function after(...way: JobStatus[]): JobStatusHistory {
  const history = new JobStatusHistory(0);
  for (const status of way) history.enter(status, 1);
  return history;
}

function canEnter(way: readonly JobStatus[], next: JobStatus): boolean {
  try {
    after(...way, next);
    return true;
  } catch {
    return false;
  }
}

describe('job status', () => {
  it.each<[JobStatus[], JobStatus[]]>([
    [[], ['CREATED', 'FAILED', 'CANCELED']],
    [['CREATED'], ['RUNNING', 'FAILING', 'CANCELLING']],
    [
      ['CREATED', 'RUNNING'],
      ['FAILING', 'CANCELLING', 'FINISHED'],
    ],
    [['CREATED', 'FAILING'], ['FAILED']],
    [
      ['CREATED', 'CANCELLING'],
      ['FAILING', 'CANCELED'],
    ],
    [['CREATED', 'RUNNING', 'FINISHED'], []],
    [['FAILED'], []],
    [['CANCELED'], []],
  ])('after %j goes to %j only', (way, next) => {
    expect(new Set(ALL.filter((status) => canEnter(way, status)))).toStrictEqual(new Set(next));
  });

  it('is over when nothing follows', () => {
    expect(ALL.filter(isTerminal)).toStrictEqual(['FAILED', 'CANCELED', 'FINISHED']);
  });

  it('remembers when each was entered', () => {
    const history = new JobStatusHistory(5);
    history.enter('CREATED', 7);
    expect(history.enteredMs).toStrictEqual({ INITIALIZING: 5, CREATED: 7 });
    expect(history.status).toBe('CREATED');
  });
});
