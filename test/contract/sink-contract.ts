// What every sink writer must do, whatever it writes: one suite, run for each maker by `sinks.test.ts`.

import { describe, expect, it } from 'vitest';
import type {
  SinkContext,
  SinkMaker,
  SinkSpec,
  SinkWriter,
} from '../../runtime/connectors/connector.ts';
import { ManualClock } from '../../runtime/core/clock.ts';
import { silentLog } from '../../runtime/core/log.ts';

/** One writer, and what it told its task. */
export class WriterDriver {
  readonly clock: ManualClock;
  readonly writer: SinkWriter<unknown>;
  readonly collected: unknown[] = [];
  readonly counters = new Map<string, number>();
  readonly failures: unknown[] = [];
  wakes = 0;
  #onWake: () => void = () => undefined;

  constructor(
    maker: SinkMaker,
    spec: SinkSpec<never>,
    share: {
      jobId?: string;
      subtaskIndex?: number;
      parallelism?: number;
      clock?: ManualClock;
    } = {},
  ) {
    this.clock = share.clock ?? new ManualClock(1_000_000);
    const context: SinkContext = {
      jobId: share.jobId ?? '0123456789abcdef0123456789abcdef',
      subtaskIndex: share.subtaskIndex ?? 0,
      parallelism: share.parallelism ?? 1,
      clock: this.clock,
      log: silentLog,
      fail: (error) => this.failures.push(error),
      count: (name, by = 1) => {
        this.counters.set(name, (this.counters.get(name) ?? 0) + by);
      },
      collect: (value) => this.collected.push(value),
      wake: () => {
        this.wakes += 1;
        this.#onWake();
      },
    };
    this.writer = maker(spec as SinkSpec<unknown>, context);
  }

  /** Resolves at the next wake. */
  nextWake(): Promise<void> {
    return new Promise((resolve) => (this.#onWake = resolve));
  }

  /** Writes as a task does: pauses while the writer is full. */
  async writeAll(values: Iterable<unknown>): Promise<void> {
    for (const value of values) {
      while (this.writer.isFull) await this.nextWake();
      this.writer.write(value, 0);
    }
  }
}

/** A sink to be tested, and how to see what is visible of it. */
export interface SinkUnderTest {
  readonly maker: SinkMaker;
  readonly spec: SinkSpec<never>;
  /** The records that a reader of the results sees now, as JSON texts in order. */
  visible(): Promise<readonly string[]>;
  /** Whatever else the sink left: temporary files. */
  leftovers(): Promise<readonly string[]>;
}

const RECORDS = Array.from({ length: 100 }, (_, n) => ({ n, text: `record "${n}", one` }));
const TEXTS = RECORDS.map((record) => JSON.stringify(record));

/** Registers the suite for sinks of results. */
export function describeSink(name: string, make: () => Promise<SinkUnderTest>): void {
  describe(`sink contract: ${name}`, () => {
    it('makes nothing visible before the commit, and everything by it (I2)', async () => {
      const sink = await make();
      const { writer, writeAll } = bound(new WriterDriver(sink.maker, sink.spec));
      await writer.open();
      await writeAll(RECORDS);
      expect(await sink.visible()).toStrictEqual([]);
      await writer.prepare();
      expect(await sink.visible()).toStrictEqual([]);
      await writer.commit();
      expect(await sink.visible()).toStrictEqual(TEXTS);
      expect(await sink.leftovers()).toStrictEqual([]);
    });

    it('may commit again (I2)', async () => {
      const sink = await make();
      const { writer, writeAll } = bound(new WriterDriver(sink.maker, sink.spec));
      await writer.open();
      await writeAll(RECORDS);
      await writer.prepare();
      await writer.commit();
      await writer.commit();
      expect(await sink.visible()).toStrictEqual(TEXTS);
    });

    it.each(['before preparing', 'after preparing'])(
      'leaves nothing when aborted %s',
      async (when) => {
        const sink = await make();
        const { writer, writeAll } = bound(new WriterDriver(sink.maker, sink.spec));
        await writer.open();
        await writeAll(RECORDS);
        if (when === 'after preparing') await writer.prepare();
        await writer.abort();
        expect(await sink.visible()).toStrictEqual([]);
        expect(await sink.leftovers()).toStrictEqual([]);
      },
    );

    it('keeps what was committed when closed by an abort afterwards', async () => {
      const sink = await make();
      const { writer, writeAll } = bound(new WriterDriver(sink.maker, sink.spec));
      await writer.open();
      await writeAll(RECORDS);
      await writer.prepare();
      await writer.commit();
      await writer.abort();
      expect(await sink.visible()).toStrictEqual(TEXTS);
    });

    it('commits nothing at all without records', async () => {
      const sink = await make();
      const { writer } = new WriterDriver(sink.maker, sink.spec);
      await writer.open();
      await writer.prepare();
      await writer.commit();
      expect(await sink.visible()).toStrictEqual([]);
      expect(await sink.leftovers()).toStrictEqual([]);
    });

    it('survives a crash at any point: the next run leaves its own results only', async () => {
      for (const step of ['written', 'prepared'] as const) {
        const sink = await make();
        const crashed = new WriterDriver(sink.maker, sink.spec, { jobId: 'f'.repeat(32) });
        await crashed.writer.open();
        await crashed.writeAll(RECORDS.slice(0, 10));
        if (step === 'prepared') await crashed.writer.prepare();
        const next = new WriterDriver(sink.maker, sink.spec);
        await next.writer.open();
        await next.writeAll(RECORDS);
        await next.writer.prepare();
        await next.writer.commit();
        expect(await sink.visible()).toStrictEqual(TEXTS);
        expect(await sink.leftovers()).toStrictEqual([]);
        if (step === 'written') await crashed.writer.abort();
      }
    });

    it('pauses its task while its bound is reached, and wakes it', async () => {
      const sink = await make();
      const driver = new WriterDriver(sink.maker, sink.spec);
      await driver.writer.open();
      const text = 'x'.repeat(10_000);
      let written = 0;
      // Texts that differ, for formats that store equal ones once.
      for (; !driver.writer.isFull && written < 10_000; written++) {
        driver.writer.write({ n: 1, text: `${text}${written}` }, 0);
      }
      expect(driver.writer.isFull).toBe(true);
      await driver.nextWake();
      expect(driver.writer.isFull).toBe(false);
      await driver.writer.prepare();
      await driver.writer.commit();
      expect(await sink.visible()).toHaveLength(written);
    });
  });
}

function bound(driver: WriterDriver): {
  writer: SinkWriter<unknown>;
  writeAll: (values: Iterable<unknown>) => Promise<void>;
} {
  return { writer: driver.writer, writeAll: (values) => driver.writeAll(values) };
}
