// coordinator/enumerator-run.ts: an enumerator that is slow to start, fails, or goes on after it was closed.

import { describe, expect, it } from 'vitest';

import type {
  EnumeratorContext,
  SourceSpec,
  SplitEnumerator,
} from '../../../runtime/connectors/connector.ts';
import { EnumeratorRun } from '../../../runtime/coordinator/enumerator-run.ts';
import { ManualClock } from '../../../runtime/core/clock.ts';
import { EngineError } from '../../../runtime/core/errors.ts';
import { silentLog } from '../../../runtime/core/log.ts';
import { nextTurn } from '../../../runtime/core/turn.ts';
import type { ToSource } from '../../../runtime/protocol/control.ts';

/** Does what the test says, and keeps what it was told. */
class FakeEnumerator implements SplitEnumerator {
  readonly context: EnumeratorContext;
  readonly told: string[] = [];
  readonly starting: Promise<void>;
  hasStarted: () => void = () => undefined;
  hasFailed: (error: unknown) => void = () => undefined;
  closes = 0;

  constructor(context: EnumeratorContext) {
    this.context = context;
    this.starting = new Promise((resolve, reject) => {
      this.hasStarted = resolve;
      this.hasFailed = reject;
    });
  }

  async start(): Promise<void> {
    await this.starting;
  }

  onSplitRequest(subtask: number): void {
    this.told.push(`request of ${subtask}`);
    if (subtask === 13) throw new Error('no luck');
    this.context.assign(subtask, [{ id: `for ${subtask}` }]);
  }

  addSplitsBack(): void {
    this.told.push('back');
  }

  onReaderEvent(subtask: number, event: unknown): void {
    this.told.push(`event of ${subtask}: ${String(event)}`);
  }

  snapshot(): unknown {
    return null;
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }
}

const SPEC: SourceSpec<unknown> = { kind: 'fake', label: 'fake(1)', bounded: true };

function open() {
  const made: FakeEnumerator[] = [];
  const sent: [number, ToSource][] = [];
  const failures: EngineError[] = [];
  const run = new EnumeratorRun({
    name: 'readings',
    spec: SPEC,
    parallelism: 2,
    catalog: {
      fake: () =>
        Promise.resolve((_spec, context) => {
          const enumerator = new FakeEnumerator(context);
          made.push(enumerator);
          return enumerator;
        }),
    },
    clock: new ManualClock(),
    log: silentLog,
    send: (subtask, event) => sent.push([subtask, event]),
    fail: (error) => failures.push(error),
  });
  const settle = async (): Promise<FakeEnumerator> => {
    await nextTurn();
    return made[0] as FakeEnumerator;
  };
  return { run, sent, failures, settle };
}

describe('the enumerator of a source', () => {
  it('is told what was said while it started, in order (I1)', async () => {
    const { run, sent, settle } = open();
    const started = run.start();
    run.tell(1, { kind: 'split-request' });
    run.tell(0, { kind: 'event', event: 'hello' });
    const enumerator = await settle();
    expect([enumerator.told, sent]).toStrictEqual([[], []]);
    enumerator.hasStarted();
    await started;
    expect(enumerator.told).toStrictEqual(['request of 1', 'event of 0: hello']);
    expect(sent).toStrictEqual([[1, { kind: 'splits', splits: [{ id: 'for 1' }] }]]);
  });

  it('sends no more once it was closed (I2)', async () => {
    const { run, sent, failures, settle } = open();
    const started = run.start();
    const enumerator = await settle();
    enumerator.hasStarted();
    await started;
    await run.close();
    run.tell(1, { kind: 'split-request' });
    enumerator.context.assign(0, [{ id: 'late' }]);
    enumerator.context.noMoreSplits(0);
    enumerator.context.sendEvent(0, 'late');
    enumerator.context.fail(new Error('late'));
    expect([enumerator.told, sent, failures, enumerator.closes]).toStrictEqual([[], [], [], 1]);
  });

  it('is closed when it was closed before it was made, and is not started', async () => {
    const { run, settle } = open();
    const started = run.start();
    await run.close();
    await started;
    expect(await settle()).toBeUndefined();
  });

  it('fails the job with its own code and the name of the source (I3)', async () => {
    const { run, failures, settle } = open();
    const started = run.start();
    const enumerator = await settle();
    enumerator.hasFailed(new EngineError('INPUT_NOT_FOUND', 'no file'));
    await started;
    expect(failures[0]).toMatchObject({
      code: 'INPUT_NOT_FOUND',
      message: 'The enumerator of "readings" failed: no file',
      details: { operator: 'readings' },
    });
  });

  it('fails the job when a request throws, or what it does in between', async () => {
    const { run, failures, settle } = open();
    const started = run.start();
    const enumerator = await settle();
    enumerator.hasStarted();
    await started;
    run.tell(13, { kind: 'split-request' });
    enumerator.context.fail(new Error('in between'));
    expect(failures.map(({ message }) => message)).toStrictEqual([
      'The enumerator of "readings" failed: no luck',
      'The enumerator of "readings" failed: in between',
    ]);
  });
});
