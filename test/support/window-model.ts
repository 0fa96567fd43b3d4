// A naive model of windows: a list of all (record, window) pairs and a literal reading of Flink's rules, one step at a time.
// It shares no code with the operator: windows are found by trying every start, sessions by joining any two that touch.

/** What varies from run to run. */
export interface ModelOptions {
  readonly time: 'event' | 'processing';
  readonly windows:
    | {
        readonly kind: 'sliding';
        readonly sizeMs: number;
        readonly slideMs: number;
        readonly offsetMs: number;
      }
    | { readonly kind: 'cumulative'; readonly sizeMs: number; readonly stepMs: number }
    | { readonly kind: 'session'; readonly gapMs: number };
  readonly trigger:
    | { readonly kind: 'default' }
    | { readonly kind: 'count'; readonly count: number }
    | { readonly kind: 'continuous'; readonly intervalMs: number };
  readonly purges: boolean;
  readonly evictor:
    | { readonly kind: 'none' }
    | { readonly kind: 'count'; readonly count: number; readonly when: 'before' | 'after' }
    | { readonly kind: 'time'; readonly keepMs: number; readonly when: 'before' | 'after' };
  readonly latenessMs: number;
}

/** A record of the model. */
export interface ModelRecord {
  readonly id: number;
  readonly key: string;
  readonly timestampMs: number;
}

/** A result: the ids of the records, in order. */
export interface ModelResult {
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly ids: readonly number[];
}

interface OpenWindow {
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  records: readonly ModelRecord[];
  count: number;
  /** When a continuous trigger fires next; not looked at once it has fired at the end. */
  fireMs: number | undefined;
  awaitsFireMs: boolean;
  /** A record has come before the end, which is still to come. */
  awaitsEnd: boolean;
}

/** The windows of all keys. */
export class WindowModel {
  readonly #options: ModelOptions;
  #open: OpenWindow[] = [];
  #timeMs = -Infinity; // the watermark, or the last millisecond that the clock has passed
  results: ModelResult[] = [];
  late: number[] = [];

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  get openCount(): number {
    return this.#open.length;
  }

  /** `nowMs` counts in processing time. */
  add(record: ModelRecord, nowMs: number): void {
    const { time, latenessMs } = this.#options;
    const timeMs = time === 'event' ? record.timestampMs : nowMs;
    let isTaken = false;
    for (const [startMs, endMs] of this.#windowsOf(timeMs)) {
      const window = this.#windowFor(record.key, startMs, endMs);
      if (window === undefined) continue;
      isTaken = true;
      window.records = [...window.records, record];
      this.#onRecord(window, timeMs);
    }
    if (!isTaken && time === 'event' && timeMs + latenessMs <= this.#timeMs)
      this.late.push(record.id);
  }

  /** Time reaches `timeMs`: every millisecond on the way is looked at, and those before for which a trigger waits. */
  reach(timeMs: number): void {
    const awaited = this.#open.flatMap(({ awaitsFireMs, fireMs }) =>
      awaitsFireMs ? (fireMs ?? []) : [],
    );
    const from = Math.min(Math.max(this.#timeMs, -200), ...awaited);
    this.#timeMs = timeMs;
    for (let ms = from; ms <= timeMs; ms++) {
      for (const window of this.#open.filter((open) => this.#isDue(open, ms))) {
        if (ms === window.endMs - 1) {
          window.awaitsEnd = false;
          window.awaitsFireMs = false;
        } else {
          this.#schedule(window, ms);
        }
        this.#fire(window);
      }
      this.#open = this.#open.filter((open) => this.#cleanupMs(open.endMs) !== ms);
    }
  }

  #isDue(window: OpenWindow, ms: number): boolean {
    const isEnd = ms === window.endMs - 1 && window.awaitsEnd;
    switch (this.#options.trigger.kind) {
      case 'default':
        return isEnd;
      case 'continuous':
        return isEnd || (window.awaitsFireMs && window.fireMs === ms);
      case 'count':
        return false;
    }
  }

  #onRecord(window: OpenWindow, timeMs: number): void {
    const { trigger, time } = this.#options;
    const isPast = time === 'event' && window.endMs - 1 <= this.#timeMs;
    if (!isPast) window.awaitsEnd = true;
    if (trigger.kind === 'count') {
      window.count++;
      if (window.count < trigger.count) return;
      window.count = 0;
      this.#fire(window);
      return;
    }
    if (isPast) {
      this.#fire(window);
      return;
    }
    if (trigger.kind === 'continuous' && window.fireMs === undefined) {
      this.#schedule(window, timeMs - (timeMs % trigger.intervalMs));
    }
  }

  #schedule(window: OpenWindow, afterMs: number): void {
    if (this.#options.trigger.kind !== 'continuous') return;
    window.fireMs = Math.min(afterMs + this.#options.trigger.intervalMs, window.endMs - 1);
    window.awaitsFireMs = true;
  }

  #fire(window: OpenWindow): void {
    if (window.records.length === 0) return;
    const { evictor, purges } = this.#options;
    const isBefore = evictor.kind !== 'none' && evictor.when === 'before';
    const seen = isBefore ? this.#evict(window.records) : window.records;
    const { key, startMs, endMs } = window;
    this.results.push({ key, startMs, endMs, ids: seen.map(({ id }) => id) });
    window.records = isBefore ? seen : this.#evict(seen);
    if (purges) window.records = [];
  }

  #evict(records: readonly ModelRecord[]): readonly ModelRecord[] {
    const { evictor } = this.#options;
    switch (evictor.kind) {
      case 'none':
        return records;
      case 'count':
        return records.filter((_, index) => index >= records.length - evictor.count);
      case 'time': {
        const youngest = Math.max(...records.map(({ timestampMs }) => timestampMs));
        return records.filter(({ timestampMs }) => youngest - timestampMs < evictor.keepMs);
      }
    }
  }

  /** Every start and end that the rules allow, tried one by one. */
  #windowsOf(timeMs: number): readonly (readonly [number, number])[] {
    const { windows } = this.#options;
    if (windows.kind === 'session') return [[timeMs, timeMs + windows.gapMs]];
    const starts = Array.from({ length: windows.sizeMs }, (_, back) => timeMs - back);
    if (windows.kind === 'sliding') {
      const { sizeMs, slideMs, offsetMs } = windows;
      return starts
        .filter((startMs) => (startMs - offsetMs) % slideMs === 0)
        .map((startMs) => [startMs, startMs + sizeMs]);
    }
    const { sizeMs, stepMs } = windows;
    return starts
      .filter((startMs) => startMs % sizeMs === 0)
      .flatMap((startMs) =>
        Array.from({ length: sizeMs / stepMs }, (_, step) => startMs + (step + 1) * stepMs)
          .filter((endMs) => endMs > timeMs)
          .map((endMs): readonly [number, number] => [startMs, endMs]),
      );
  }

  #windowFor(key: string, startMs: number, endMs: number): OpenWindow | undefined {
    let window: OpenWindow = {
      key,
      startMs,
      endMs,
      records: [],
      count: 0,
      fireMs: undefined,
      awaitsFireMs: false,
      awaitsEnd: false,
    };
    const isSession = this.#options.windows.kind === 'session';
    const others = this.#open.filter(
      (open) =>
        open.key === key &&
        (isSession
          ? open.startMs <= endMs && startMs <= open.endMs
          : open.startMs === startMs && open.endMs === endMs),
    );
    const ordered = others.toSorted((left, right) => left.startMs - right.startMs);
    for (const other of ordered) window = this.#join(window, other);
    const isOver = this.#options.time === 'event' && this.#cleanupMs(window.endMs) <= this.#timeMs;
    if (isOver) return undefined;
    const [only] = ordered;
    if (only !== undefined && only.startMs === window.startMs && only.endMs === window.endMs)
      return only;
    this.#open = [...this.#open.filter((open) => !others.includes(open)), window];
    return window;
  }

  #join(left: OpenWindow, right: OpenWindow): OpenWindow {
    const endMs = Math.max(left.endMs, right.endMs);
    const fireTimes = [left.fireMs, right.fireMs].filter((ms) => ms !== undefined);
    return {
      key: left.key,
      startMs: Math.min(left.startMs, right.startMs),
      endMs,
      records: [...left.records, ...right.records],
      count: left.count + right.count,
      fireMs: fireTimes.length === 0 ? undefined : Math.min(...fireTimes),
      awaitsFireMs: fireTimes.length > 0,
      awaitsEnd: endMs - 1 > this.#timeMs,
    };
  }

  #cleanupMs(endMs: number): number {
    return endMs - 1 + (this.#options.time === 'event' ? this.#options.latenessMs : 0);
  }
}
