// What every reader that knows its share must do, whatever it reads: one suite, run for each maker by `sources.test.ts`.
// Sources by splits have `split-contract.ts`.

import { afterEach, describe, expect, it } from 'vitest';
import type {
  SourceMaker,
  SourceReader,
  SourceSpec,
  SplitReaderContext,
} from '../../runtime/connectors/connector.ts';
import { ManualClock } from '../../runtime/core/clock.ts';
import { silentLog } from '../../runtime/core/log.ts';

/** A record as it was emitted. */
export interface Emitted {
  readonly value: unknown;
  readonly timestampMs: number;
}

/** Drives one reader as a slot does: polls, waits for a wake when idle, moves the clock when asked. */
export class ReaderDriver {
  readonly clock: ManualClock;
  readonly counters = new Map<string, number>();
  readonly reader: SourceReader<unknown>;
  readonly emitted: Emitted[] = [];
  #wake: () => void = () => undefined;
  #isWoken = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    maker: SourceMaker,
    spec: SourceSpec<unknown>,
    share: { subtaskIndex?: number; parallelism?: number; clock?: ManualClock } = {},
  ) {
    this.clock = share.clock ?? new ManualClock(1_000_000);
    const noSplits = (): never => {
      throw new Error('this reader knows its share: it is not read by splits');
    };
    const context: SplitReaderContext = {
      beginSplit: noSplits,
      endSplit: noSplits,
      requestSplits: noSplits,
      sendEvent: noSplits,
      makeReader: noSplits,
      deadLetter: noSplits,
      subtaskIndex: share.subtaskIndex ?? 0,
      parallelism: share.parallelism ?? 1,
      clock: this.clock,
      log: silentLog,
      wake: () => {
        this.#isWoken = true;
        this.#wake();
      },
      fail: (error) => {
        this.#failure = { error };
        this.#wake();
      },
      count: (name, by = 1) => {
        this.counters.set(name, (this.counters.get(name) ?? 0) + by);
      },
    };
    const reader = maker(spec, context);
    this.reader = 'addSplits' in reader ? noSplits() : reader;
  }

  /** One poll; what it emits is kept. */
  poll(limit: number): string {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.reader.poll((value, timestampMs) => {
      this.emitted.push({ value, timestampMs });
    }, limit);
  }

  /** Polls until the reader has ended or `count` records were emitted in all. */
  async readUntil(count: number, limit = 7): Promise<'ended' | 'enough'> {
    while (this.emitted.length < count) {
      const status = this.poll(Math.min(limit, count - this.emitted.length));
      if (status === 'ended') return 'ended';
      if (status === 'idle') await this.#idle();
    }
    return 'enough';
  }

  /** Polls to the end. */
  async readAll(limit = 7): Promise<readonly Emitted[]> {
    await this.readUntil(Infinity, limit);
    return this.emitted;
  }

  /** Resolves at the next wake, or at once when there was one since the last idle poll. */
  async #idle(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const { nextPollAtMs } = this.reader;
    if (nextPollAtMs !== undefined) {
      this.clock.advance(nextPollAtMs - this.clock.nowMs());
      return;
    }
    if (!this.#isWoken) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#isWoken = false;
    this.#wake = () => undefined;
  }
}

/** A source to be tested: bounded, with a few dozen records at least. */
export interface SourceUnderTest {
  readonly maker: SourceMaker;
  readonly spec: SourceSpec<unknown>;
  readonly parallelism: number;
}

/** Registers the suite. `make` is called in each test. */
export function describeSource(name: string, make: () => SourceUnderTest): void {
  describe(`source contract: ${name}`, () => {
    const opened: ReaderDriver[] = [];
    const open = async (subtaskIndex: number, position?: unknown): Promise<ReaderDriver> => {
      const { maker, spec, parallelism } = make();
      const driver = new ReaderDriver(maker, spec, { subtaskIndex, parallelism });
      opened.push(driver);
      await driver.reader.open(position);
      return driver;
    };
    const readShare = async (subtaskIndex: number): Promise<readonly Emitted[]> =>
      (await open(subtaskIndex)).readAll();
    const subtasks = (): number[] =>
      Array.from({ length: make().parallelism }, (_, index) => index);

    afterEach(async () => {
      await Promise.all(opened.splice(0).map((driver) => driver.reader.close()));
    });

    it('continues after any position with exactly the rest (I1)', async () => {
      for (const subtask of subtasks()) {
        const all = await readShare(subtask);
        const places = [0, 1, 2, 3, 5, 8, 13, 21, all.length - 1, all.length];
        for (const place of places.filter((at) => at >= 0 && at <= all.length)) {
          const first = await open(subtask);
          await first.readUntil(place, 3);
          const position: unknown = JSON.parse(JSON.stringify(first.reader.position()));
          const second = await open(subtask, position);
          expect([...first.emitted, ...(await second.readAll())]).toStrictEqual([...all]);
        }
      }
    });

    it('has positions that can be taken before the first poll and after the end (I1)', async () => {
      const fresh = await open(0);
      const start: unknown = JSON.parse(JSON.stringify(fresh.reader.position()));
      const all = await fresh.readAll();
      const end: unknown = JSON.parse(JSON.stringify(fresh.reader.position()));
      expect(await (await open(0, start)).readAll()).toStrictEqual(all);
      expect(await (await open(0, end)).readAll()).toStrictEqual([]);
    });

    it('emits at most the limit, synchronously', async () => {
      const driver = await open(0);
      const { length } = await readShare(0);
      for (const limit of [1, 2, 5]) {
        const before = driver.emitted.length;
        driver.poll(limit);
        expect(driver.emitted.length - before).toBeLessThanOrEqual(limit);
      }
      await driver.readAll(4);
      expect(driver.emitted).toHaveLength(length);
    });

    it('gives the same records whatever the limit', async () => {
      const all = await readShare(0);
      for (const limit of [1, 1_000]) {
        expect(await (await open(0)).readAll(limit)).toStrictEqual(all);
      }
    });

    it('has ended for good', async () => {
      const driver = await open(0);
      const { length } = await driver.readAll();
      expect([driver.poll(10), driver.poll(10)]).toStrictEqual(['ended', 'ended']);
      expect(driver.emitted).toHaveLength(length);
    });

    it('reads each record in exactly one subtask', async () => {
      const { maker, spec } = make();
      const alone = new ReaderDriver(maker, spec);
      opened.push(alone);
      await alone.reader.open(undefined);
      const shares = await Promise.all(subtasks().map(readShare));
      const texts = (records: readonly Emitted[]): string[] =>
        records.map((record) => JSON.stringify(record)).sort();
      expect(texts(shares.flat())).toStrictEqual(texts(await alone.readAll()));
    });

    it('can be closed at any time', async () => {
      await expect((await open(0)).reader.close()).resolves.toBeUndefined();
      const begun = await open(0);
      await begun.readUntil(3);
      await expect(begun.reader.close()).resolves.toBeUndefined();
    });
  });
}
