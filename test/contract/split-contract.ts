// What every source that is read by splits must do: one suite, run for each by `sources.test.ts`, and the driver that plays
// coordinator and slots for it: one enumerator, a reader a subtask, everything between them as JSON.

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type {
  EnumeratorContext,
  EnumeratorMaker,
  SourceMaker,
  SourceSpec,
  SourceSplit,
  SplitEnumerator,
  SplitReader,
  SplitReaderContext,
} from '../../runtime/connectors/connector.ts';
import { asSplitReader } from '../../runtime/connectors/share-reader.ts';
import { ManualClock } from '../../runtime/core/clock.ts';
import { silentLog } from '../../runtime/core/log.ts';
import { nextTurn } from '../../runtime/core/turn.ts';
import type { Emitted } from './source-contract.ts';

/** A source by splits. `kinds` are the makers of its parts, by kind, when it has parts. */
export interface SplitSourceUnderTest {
  readonly spec: SourceSpec<unknown>;
  readonly reader: SourceMaker;
  readonly enumerator: EnumeratorMaker;
  readonly kinds?: Readonly<
    Record<string, { readonly reader: SourceMaker; readonly enumerator?: EnumeratorMaker }>
  >;
}

/** All of a source at one moment, as a checkpoint would hold it. */
export interface SourceSnapshot {
  readonly enumerator: unknown;
  readonly splits: readonly SourceSplit[];
}

/** A record, and the split and subtask it came from. */
export interface SplitEmitted extends Emitted {
  readonly split: string;
  readonly subtask: number;
}

/** One source, running. */
export class SplitSourceDriver {
  readonly clock: ManualClock;
  readonly emitted: SplitEmitted[] = [];
  readonly deadLetters: { readonly value: unknown; readonly problem: string }[] = [];
  readonly counters = new Map<string, number>();
  /** Splits that were ended, in order. */
  readonly ended: string[] = [];
  readonly assigned: { readonly subtask: number; readonly split: SourceSplit }[] = [];
  readonly enumerator: SplitEnumerator;
  readonly readers: readonly SplitReader[];
  readonly #inFlight: (() => void)[] = [];
  #failure: { readonly error: unknown } | undefined;
  #wakes = 0;
  #onWake: () => void = () => undefined;

  /** Begins, or goes on from a snapshot, at any parallelism. */
  static async start(
    source: SplitSourceUnderTest,
    options: { parallelism?: number; from?: SourceSnapshot; clock?: ManualClock } = {},
  ): Promise<SplitSourceDriver> {
    const driver = new SplitSourceDriver(source, options.parallelism ?? 1, options.clock);
    await driver.enumerator.start(options.from?.enumerator);
    if (options.from !== undefined) driver.enumerator.addSplitsBack(options.from.splits);
    for (const reader of driver.readers) await reader.start();
    driver.deliver();
    return driver;
  }

  private constructor(source: SplitSourceUnderTest, parallelism: number, clock?: ManualClock) {
    this.clock = clock ?? new ManualClock(1_000_000);
    const context = this.#enumeratorContext(source, parallelism);
    this.enumerator = source.enumerator(source.spec, context);
    this.readers = Array.from({ length: parallelism }, (_, subtask) => {
      const readerContext = this.#readerContext(source, subtask, parallelism);
      return asSplitReader(source.reader(source.spec, readerContext), readerContext);
    });
  }

  /** Hands over everything that is on its way, and what follows from it. */
  deliver(): void {
    for (let next = this.#inFlight.shift(); next !== undefined; next = this.#inFlight.shift()) {
      next();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  poll(subtask: number, limit: number): string {
    const before = this.emitted.length;
    const status = this.readers[subtask]?.poll(limit) ?? 'ended';
    this.deliver();
    expect(this.emitted.length - before).toBeLessThanOrEqual(limit);
    return status;
  }

  snapshot(): SourceSnapshot {
    this.deliver();
    return copy({
      enumerator: this.enumerator.snapshot(),
      splits: this.readers.flatMap((reader) => reader.snapshot()),
    });
  }

  /** Polls subtasks until all have ended or `count` records were emitted; `choose` picks who is next of those left. */
  async readUntil(
    count: number,
    { limit = 7, choose = (turn, left) => turn % left }: ReadOptions = {},
  ): Promise<void> {
    let left = this.readers.map((_, subtask) => subtask);
    /** Subtasks with nothing to do since something happened last. */
    const idle = new Set<number>();
    for (let turn = 0; left.length > 0 && this.emitted.length < count; turn++) {
      const subtask = left[choose(turn, left.length)] ?? 0;
      const before = this.emitted.length;
      const wakes = this.#wakes;
      const status = this.poll(subtask, Math.min(limit, count - before));
      if (status === 'ended') left = left.filter((other) => other !== subtask);
      const hasHappened = this.emitted.length > before || this.#wakes > wakes;
      if (hasHappened || status !== 'idle') idle.clear();
      else idle.add(subtask);
      if (left.length > 0 && left.every((other) => idle.has(other))) {
        idle.clear();
        await this.#untilWoken(wakes);
      }
    }
  }

  async readAll(options: ReadOptions = {}): Promise<readonly Emitted[]> {
    await this.readUntil(Infinity, options);
    return this.values();
  }

  /** What was emitted, without where it came from. */
  values(): readonly Emitted[] {
    return this.emitted.map(({ value, timestampMs }) => ({ value, timestampMs }));
  }

  /** Lets what happens between polls happen, until `isTrue`. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      await nextTurn();
      this.deliver();
    }
  }

  async close(): Promise<void> {
    await this.enumerator.close();
    await Promise.all(this.readers.map((reader) => reader.close()));
  }

  async #untilWoken(seen: number): Promise<void> {
    if (this.#wakes === seen && this.#failure === undefined) {
      await new Promise<void>((resolve) => (this.#onWake = resolve));
    }
    this.#onWake = () => undefined;
    this.deliver();
  }

  #woken(): void {
    this.#wakes++;
    this.#onWake();
  }

  #send(deliver: () => void): void {
    this.#inFlight.push(deliver);
    this.#woken();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#woken();
  }

  #enumeratorContext(source: SplitSourceUnderTest, parallelism: number): EnumeratorContext {
    return {
      parallelism,
      clock: this.clock,
      log: silentLog,
      assign: (subtask, splits) => {
        for (const split of splits) this.assigned.push({ subtask, split });
        this.#send(() => this.readers[subtask]?.addSplits(copy(splits)));
      },
      noMoreSplits: (subtask) => {
        this.#send(() => this.readers[subtask]?.noMoreSplits());
      },
      sendEvent: (subtask, event) => {
        this.#send(() => this.readers[subtask]?.onEvent?.(copy(event)));
      },
      fail: (error) => {
        this.#fail(error);
      },
      makeEnumerator: (spec, context) => source.kinds?.[spec.kind]?.enumerator?.(spec, context),
    };
  }

  #readerContext(
    source: SplitSourceUnderTest,
    subtaskIndex: number,
    parallelism: number,
  ): SplitReaderContext {
    return {
      subtaskIndex,
      parallelism,
      clock: this.clock,
      log: silentLog,
      wake: () => {
        this.#woken();
      },
      fail: (error) => {
        this.#fail(error);
      },
      count: (name, by = 1) => {
        this.counters.set(name, (this.counters.get(name) ?? 0) + by);
      },
      deadLetter: (value, problem) => {
        this.deadLetters.push({ value, problem });
      },
      beginSplit: (split) => (value, timestampMs) => {
        this.emitted.push({ value, timestampMs, split, subtask: subtaskIndex });
      },
      endSplit: (split) => {
        this.ended.push(split);
      },
      requestSplits: () => {
        this.#send(() => {
          this.enumerator.onSplitRequest(subtaskIndex);
        });
      },
      sendEvent: (event) => {
        this.#send(() => this.enumerator.onReaderEvent?.(subtaskIndex, copy(event)));
      },
      makeReader: (spec, context) => {
        const maker = source.kinds?.[spec.kind]?.reader;
        if (maker === undefined) throw new Error(`the test has no maker of ${spec.kind}`);
        return asSplitReader(maker(spec, context), context);
      },
    };
  }
}

/** How a driver reads. */
export interface ReadOptions {
  readonly limit?: number;
  readonly choose?: (turn: number, left: number) => number;
}

function copy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

function sorted(records: readonly Emitted[]): readonly string[] {
  return records.map(({ value, timestampMs }) => JSON.stringify({ value, timestampMs })).toSorted();
}

/** Registers the suite. `make` is called in each test; the source is bounded, with a few dozen records at least. */
export function describeSplitSource(name: string, make: () => SplitSourceUnderTest): void {
  describe(`split source contract: ${name}`, () => {
    const opened: SplitSourceDriver[] = [];
    const start = async (
      options: { parallelism?: number; from?: SourceSnapshot } = {},
    ): Promise<SplitSourceDriver> => {
      const driver = await SplitSourceDriver.start(make(), options);
      opened.push(driver);
      return driver;
    };
    const readAlone = async (): Promise<readonly Emitted[]> => (await start()).readAll();

    afterEach(async () => {
      await Promise.all(opened.splice(0).map((driver) => driver.close()));
    });

    it('reads each record once at any parallelism, whoever is faster', async () => {
      const all = sorted(await readAlone());
      expect(all.length).toBeGreaterThan(20);
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 4 }),
          fc.array(fc.nat(100), { minLength: 1, maxLength: 20 }),
          async (parallelism, picks) => {
            const driver = await start({ parallelism });
            const choose = (turn: number, left: number): number =>
              (picks[turn % picks.length] ?? 0) % left;
            // A subtask that is never picked would never end, so each has its turn now and then.
            const fair = (turn: number, left: number): number =>
              turn % 5 === 0 ? Math.floor(turn / 5) % left : choose(turn, left);
            expect(sorted(await driver.readAll({ limit: 3, choose: fair }))).toStrictEqual(all);
          },
        ),
        { numRuns: 15 },
      );
    });

    it('continues from any snapshot with exactly the rest, at the same and at another parallelism (I1, I4)', async () => {
      const all = sorted(await readAlone());
      for (const place of [0, 1, 5, 13, all.length - 1, all.length]) {
        for (const [before, after] of [
          [1, 1],
          [2, 2],
          [1, 3],
          [3, 2],
        ] as const) {
          const first = await start({ parallelism: before });
          await first.readUntil(place, { limit: 2 });
          const second = await start({ parallelism: after, from: first.snapshot() });
          const rest = await second.readAll();
          expect(sorted([...first.values(), ...rest])).toStrictEqual(all);
        }
      }
    });

    it('has snapshots before the first record and after the last', async () => {
      const fresh = await start({ parallelism: 2 });
      const begin = fresh.snapshot();
      const all = sorted(await fresh.readAll());
      const end = fresh.snapshot();
      expect(sorted(await (await start({ parallelism: 2, from: begin })).readAll())).toStrictEqual(
        all,
      );
      expect(await (await start({ parallelism: 2, from: end })).readAll()).toStrictEqual([]);
    });

    it('gives splits unique ids, and ends each that it began', async () => {
      const driver = await start({ parallelism: 2 });
      await driver.readAll();
      const ids = driver.assigned.map(({ split }) => split.id);
      expect(new Set(ids).size).toBe(ids.length);
      const begun = new Set(driver.emitted.map(({ split }) => split));
      for (const id of begun) expect(driver.ended.filter((other) => other === id)).toHaveLength(1);
    });

    it('emits nothing of a paused split until it is resumed', async () => {
      const driver = await start();
      await driver.readUntil(1, { limit: 1 });
      const paused = driver.emitted.map(({ split }) => split);
      driver.readers[0]?.pauseOrResumeSplits(paused, []);
      for (let turn = 0; turn < 5; turn++) driver.poll(0, 3);
      const ofPaused = driver.emitted.filter(({ split }) => paused.includes(split));
      expect(ofPaused).toHaveLength(1);
      driver.readers[0]?.pauseOrResumeSplits([], paused);
      expect(sorted(await driver.readAll())).toStrictEqual(sorted(await readAlone()));
    });

    it('has ended for good', async () => {
      const driver = await start();
      const { length } = await driver.readAll();
      expect([driver.poll(0, 10), driver.poll(0, 10)]).toStrictEqual(['ended', 'ended']);
      expect(driver.emitted).toHaveLength(length);
    });

    it('can be closed at any time', async () => {
      const begun = await start({ parallelism: 2 });
      await begun.readUntil(3);
      await expect(begun.close()).resolves.toBeUndefined();
      await expect((await start()).close()).resolves.toBeUndefined();
    });
  });
}
