import { describe, expect, it } from 'vitest';

import { renderSummary } from '../../../runtime/console/summary.ts';
import {
  FAKE_START_MS,
  fakeFinishedJob,
  fakeJob,
  fakeSnapshot,
} from '../../support/fake-snapshot.ts';

describe('renderSummary', () => {
  it('says how the job ended and what passed through it, aligned', () => {
    const lines = renderSummary(fakeFinishedJob());
    expect(lines.slice(0, 7)).toEqual([
      'Job monitoring FINISHED after 1m 35s (a3c1f09be27d4865b0d1926f7e845c3a)',
      '',
      '  Records read            18,786,496',
      '  Records written             80,108',
      '  Throughput (records/s)     198,400',
      '  numLateRecordsDropped           52',
      '  unparsableLines                 12',
    ]);
  });

  it('has a row a task whose columns stand under their headings', () => {
    const [heading, ...rows] = renderSummary(fakeFinishedJob()).slice(8);
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(row.length).toBe(heading?.length);
    expect(rows[1]?.trim().split(/ {2,}/)).toEqual([
      'window: error rate by host',
      '4',
      '18,786,496',
      '79,540',
      '735 MiB',
      '4.25 MiB',
      '89%',
    ]);
  });

  it('cuts the name of a long chain', () => {
    const job = fakeFinishedJob();
    const [first, ...others] = job.tasks;
    const long = { ...first!, name: `source: events ${'-> map '.repeat(20)}` };
    const [heading, row] = renderSummary({ ...job, tasks: [long, ...others] }).slice(8);
    expect(row).toMatch(/^ {2}source: events (-> map )+->… /);
    expect(heading?.indexOf('Parallelism')).toBe(64);
  });

  it('counts throughput over the time it ran, not the time it was deployed', () => {
    const job = fakeFinishedJob(20_310);
    const slow = { ...job, timestampsMs: { ...job.timestampsMs, RUNNING: FAKE_START_MS + 310 } };
    expect(renderSummary(slow)).toContain('  Throughput (records/s)    198,400');
  });

  it('of a failure tells the facts, and a stack only when the engine is at fault', () => {
    const failed = fakeSnapshot().jobs[1]!;
    const text = renderSummary(failed).join('\n');
    expect(text).toContain('\n  USER_FUNCTION_FAILED: map: parse threw "status is not a number".');
    expect(text).toContain('\n    operator: map: parse\n');
    expect(text).not.toContain('TypeError');
    const failures = failed.failures.map((failure) => ({
      ...failure,
      error: { ...failure.error, code: 'INVARIANT_BROKEN' as const },
    }));
    expect(renderSummary({ ...failed, failures }).join('\n')).toContain('TypeError');
  });

  it('of a job that still runs claims no throughput', () => {
    const text = renderSummary(fakeJob()).join('\n');
    expect(text).toMatch(/^Job monitoring is RUNNING/);
    expect(text).not.toContain('Throughput');
  });

  it('of a job without tasks is still a summary', () => {
    const lines = renderSummary({ ...fakeFinishedJob(), tasks: [] });
    expect(lines[2]).toMatch(/^ {2}Records read +0$/);
    expect(lines.at(-1)).toMatch(/^ {2}Task +Parallelism/);
  });
});
