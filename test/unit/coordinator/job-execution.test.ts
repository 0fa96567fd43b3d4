// coordinator/job-execution.ts, driven by reports made by hand: no worker, no socket, a clock that stands still.

import { serialize } from 'node:v8';

import { describe, expect, it } from 'vitest';

import { JobExecution } from '../../../runtime/coordinator/job-execution.ts';
import { ManualClock } from '../../../runtime/core/clock.ts';
import { EngineError, type ErrorRecord } from '../../../runtime/core/errors.ts';
import { silentLog } from '../../../runtime/core/log.ts';
import type { JobId, WorkerId } from '../../../runtime/core/ids.ts';
import type { CoordinatorMessage, SubtaskReportStatus } from '../../../runtime/protocol/control.ts';
import { keyedPlan } from '../../support/test-plan.ts';

const A = 'worker-a' as WorkerId;
const B = 'worker-b' as WorkerId;
const LOST = new EngineError('WORKER_LOST', 'worker-b is lost');
const BROKEN: ErrorRecord = { code: 'USER_FUNCTION_FAILED', message: 'no' };

/** A job of two tasks with two subtasks each; subtask 0 is on worker a, subtask 1 on worker b. */
function open() {
  const sent: [WorkerId, CoordinatorMessage['kind']][] = [];
  const clock = new ManualClock(1000);
  let ended = 0;
  const job = new JobExecution({
    jobId: 'job' as JobId,
    attempt: 1,
    deployment: 3,
    program: { module: 'file:///job.ts', parameters: {}, parallelism: 2 },
    planned: keyedPlan(),
    clock,
    log: silentLog,
    enumerators: {},
    collectRowsMax: 3,
    send: (workerId, message) => sent.push([workerId, message.kind]),
    onEnded: () => ended++,
  });
  const report = (
    task: number,
    subtask: number,
    status: SubtaskReportStatus,
    error?: ErrorRecord,
  ): void => {
    job.onSubtask(subtask === 0 ? A : B, {
      kind: 'subtask',
      deployment: 3,
      task,
      subtask,
      status,
      error,
    });
  };
  const reportAll = (status: SubtaskReportStatus): void => {
    for (const task of [0, 1]) for (const subtask of [0, 1]) report(task, subtask, status);
  };
  const deploy = (): void => {
    const places = [
      { workerId: A, slot: 0 },
      { workerId: B, slot: 4 },
    ];
    job.deploy([places, places], (workerId) => ({ workerId, host: 'h', port: 1 }));
  };
  const run = (): void => {
    deploy();
    job.onDeployed(A);
    job.onDeployed(B);
    reportAll('running');
  };
  /** What was sent since the last question. */
  const takeSent = (): string[] => sent.splice(0).map(([workerId, kind]) => `${kind} ${workerId}`);
  return { job, clock, report, reportAll, deploy, run, takeSent, endings: () => ended };
}

const both = (kind: string): string[] => [`${kind} ${A}`, `${kind} ${B}`];

describe('a job that goes well', () => {
  it('starts after every worker has deployed (I1)', () => {
    const { job, deploy, takeSent } = open();
    expect(job.isWaitingForSlots).toBe(true);
    deploy();
    expect(job.isWaitingForSlots).toBe(false);
    expect(takeSent()).toStrictEqual(both('deploy'));
    job.onDeployed(A);
    job.onDeployed(A);
    expect(takeSent()).toStrictEqual([]);
    job.onDeployed(B);
    expect(takeSent()).toStrictEqual(both('start'));
  });

  it('runs when every subtask runs, commits when every one has prepared (I2), ends when all is released (I3)', () => {
    const { job, run, report, reportAll, takeSent, endings } = open();
    run();
    takeSent();
    expect(job.status).toBe('RUNNING');
    for (const [task, subtask] of [
      [0, 0],
      [0, 1],
      [1, 0],
    ] as const)
      report(task, subtask, 'prepared');
    expect(takeSent()).toStrictEqual([]);
    report(1, 1, 'prepared');
    expect(takeSent()).toStrictEqual(both('commit'));
    reportAll('committed');
    expect(takeSent()).toStrictEqual([]);
    job.onReleased(A);
    job.onReleased(A);
    expect([job.status, endings()]).toStrictEqual(['RUNNING', 0]);
    job.onReleased(B);
    expect([job.status, endings()]).toStrictEqual(['FINISHED', 1]);
  });

  it('may have subtasks that are done before others run', () => {
    const { job, deploy, report, takeSent } = open();
    deploy();
    job.onDeployed(A);
    job.onDeployed(B);
    takeSent();
    report(0, 0, 'running');
    report(0, 0, 'prepared');
    for (const [task, subtask] of [
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const)
      report(task, subtask, 'running');
    expect(job.status).toBe('RUNNING');
    for (const [task, subtask] of [
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const)
      report(task, subtask, 'prepared');
    expect(takeSent()).toStrictEqual(both('commit'));
  });

  it('holds the slots of a worker until that worker has released them', () => {
    const { job, run } = open();
    run();
    expect([...job.slotsOn(A), ...job.slotsOn(B)]).toStrictEqual([0, 4]);
    job.onReleased(B);
    expect([...job.slotsOn(A), ...job.slotsOn(B)]).toStrictEqual([0]);
  });

  it('has its times and counts in the snapshot', () => {
    const { job, clock, run, reportAll } = open();
    clock.advance(5);
    run();
    reportAll('prepared');
    clock.advance(5);
    job.onReleased(A);
    job.onReleased(B);
    const snapshot = job.snapshot();
    expect(snapshot).toMatchObject({
      name: 'small',
      status: 'FINISHED',
      bounded: true,
      startedMs: 1000,
      endedMs: 1010,
      timestampsMs: { INITIALIZING: 1000, CREATED: 1000, RUNNING: 1005, FINISHED: 1010 },
      failures: [],
    });
    expect(
      snapshot.tasks.map(({ inputs }) => inputs.map(({ shipStrategy }) => shipStrategy)),
    ).toStrictEqual([[], ['HASH']]);
  });
});

describe('a job that fails', () => {
  it.each([
    ['before it runs', 'deploy'],
    ['while it runs', 'run'],
  ] as const)('%s stops every worker and ends when they have released', (_when, step) => {
    const opened = open();
    const { job, report, takeSent, endings } = opened;
    opened[step]();
    takeSent();
    report(1, 0, 'failed', BROKEN);
    expect(job.status).toBe('FAILING');
    expect(takeSent()).toStrictEqual(both('cancel'));
    job.onReleased(A);
    expect(endings()).toBe(0);
    job.onReleased(B);
    expect([job.status, endings()]).toStrictEqual(['FAILED', 1]);
    expect(job.failure).toStrictEqual(BROKEN);
    const statuses = job
      .snapshot()
      .tasks.flatMap(({ subtasks }) => subtasks.map(({ status }) => status));
    expect(statuses).toStrictEqual(['CANCELED', 'CANCELED', 'FAILED', 'CANCELED']);
  });

  it('never commits, even if all others prepare', () => {
    const { run, report, reportAll, takeSent } = open();
    run();
    report(0, 0, 'failed', BROKEN);
    takeSent();
    reportAll('prepared');
    expect(takeSent()).toStrictEqual([]);
  });

  it('fails although it was committing', () => {
    const { job, run, report, reportAll, takeSent } = open();
    run();
    reportAll('prepared');
    takeSent();
    report(1, 1, 'failed', BROKEN);
    expect(takeSent()).toStrictEqual(both('cancel'));
    job.onReleased(A);
    job.onReleased(B);
    expect(job.status).toBe('FAILED');
  });

  it('fails without slots at once', () => {
    const { job, takeSent, endings } = open();
    job.fail(new EngineError('SLOTS_INSUFFICIENT', 'too few'));
    expect([job.status, endings(), takeSent()]).toStrictEqual(['FAILED', 1, []]);
  });

  it('shows the newest failure first, keeps the cause, and not more than sixteen', () => {
    const { job, run } = open();
    run();
    for (let index = 0; index < 40; index++)
      job.fail({ code: 'FILE_FAILED', message: `${index}` }, { task: 1, workerId: A });
    const { failures } = job.snapshot();
    expect(failures).toHaveLength(16);
    expect([failures[0]?.error.message, failures.at(-1)?.error.message]).toStrictEqual(['39', '0']);
    expect(failures[0]).toMatchObject({ workerId: A, taskName: job.planned.plan.tasks[1]?.name });
    expect(job.failure?.message).toBe('0');
  });

  it('fails when it collects more than it may, and takes no more', () => {
    const { job, run } = open();
    run();
    const rows = (...values: number[]): string => serialize(values).toString('base64');
    job.onCollected(rows(1, 2, 3));
    expect(job.status).toBe('RUNNING');
    job.onCollected(rows(4));
    expect(job.failure?.code).toBe('MEMORY_EXCEEDED');
    job.onCollected(rows(5));
    expect(job.collected).toStrictEqual([1, 2, 3, 4]);
  });
});

describe('a job that loses a worker', () => {
  it('fails, stops the others and ends when they have released', () => {
    const { job, run, takeSent } = open();
    run();
    takeSent();
    job.onWorkerLost(B, LOST);
    expect(job.status).toBe('FAILING');
    expect(takeSent()).toContain(`cancel ${A}`);
    const ofB = job.snapshot().tasks.map(({ subtasks }) => subtasks[1]?.status);
    expect(ofB).toStrictEqual(['CANCELED', 'CANCELED']);
    job.onReleased(A);
    expect(job.status).toBe('FAILED');
    expect(job.failure?.code).toBe('WORKER_LOST');
  });

  it('does not care for a worker it does not use', () => {
    const { job, run } = open();
    run();
    job.onWorkerLost('worker-c' as WorkerId, LOST);
    expect(job.status).toBe('RUNNING');
  });

  it('fails when it had prepared but not committed', () => {
    const { job, run, reportAll } = open();
    run();
    reportAll('prepared');
    job.onWorkerLost(B, LOST);
    expect(job.status).toBe('FAILING');
  });

  it('finishes when all that worker had to do was committed', () => {
    const { job, run, reportAll } = open();
    run();
    reportAll('prepared');
    reportAll('committed');
    job.onWorkerLost(B, LOST);
    expect(job.status).toBe('RUNNING');
    job.onReleased(A);
    expect([job.status, job.failure]).toStrictEqual(['FINISHED', undefined]);
  });

  it('ends once when it loses all', () => {
    const { job, run, endings } = open();
    run();
    job.onWorkerLost(A, LOST);
    job.onWorkerLost(B, LOST);
    expect([job.status, endings()]).toStrictEqual(['FAILED', 1]);
  });
});

describe('a job that is canceled', () => {
  it.each([
    ['waiting for slots', (): void => undefined, []],
    [
      'deployed',
      (opened: ReturnType<typeof open>) => {
        opened.deploy();
      },
      [A, B],
    ],
    [
      'running',
      (opened: ReturnType<typeof open>) => {
        opened.run();
      },
      [A, B],
    ],
  ] as const)('while %s ends without results', (_when, bringTo, workers) => {
    const opened = open();
    const { job, takeSent, endings } = opened;
    bringTo(opened);
    takeSent();
    expect(job.cancel()).toBe(true);
    expect(takeSent()).toStrictEqual(workers.map((workerId) => `cancel ${workerId}`));
    for (const workerId of workers) job.onReleased(workerId);
    expect([job.status, endings(), job.cancel()]).toStrictEqual(['CANCELED', 1, false]);
  });

  it('cannot be canceled while it makes results visible (I2)', () => {
    const { job, run, reportAll } = open();
    run();
    reportAll('prepared');
    expect(job.cancel()).toBe(false);
  });

  it('fails if something fails meanwhile, and is told to stop once only', () => {
    const { job, run, report, takeSent } = open();
    run();
    job.cancel();
    takeSent();
    report(0, 0, 'failed', BROKEN);
    expect(takeSent()).toStrictEqual([]);
    expect([job.status, job.cancel()]).toStrictEqual(['FAILING', false]);
  });
});

describe('late reports', () => {
  it('of a job that has ended change nothing', () => {
    const { job, run, report, reportAll, takeSent, endings } = open();
    run();
    job.cancel();
    job.onReleased(A);
    job.onReleased(B);
    takeSent();
    const before = job.snapshot();
    reportAll('prepared');
    report(0, 0, 'failed', BROKEN);
    job.onDeployed(A);
    job.onCollected(serialize([1]).toString('base64'));
    job.onReleased(A);
    job.onWorkerLost(B, LOST);
    job.fail(LOST);
    expect(job.snapshot()).toStrictEqual(before);
    expect([takeSent(), endings(), job.collected]).toStrictEqual([[], 1, []]);
  });

  it('about subtasks that do not exist are ignored', () => {
    const { job, run, report } = open();
    run();
    report(7, 0, 'failed', BROKEN);
    report(0, 7, 'failed', BROKEN);
    expect(job.status).toBe('RUNNING');
  });
});
