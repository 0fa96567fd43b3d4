// One answer a record from a function that waits: several calls are in flight at once, and what comes of them goes on in a
// step of the subtask, never from a promise (Flink: AsyncWaitOperator).
//   I1. At most `capacity` records have a call in flight or an answer that has not gone on; those that come in spite of
//       `isFull` (the results of one record, the records of one poll) wait without a call.
//   I2. A record gets one answer: the last attempt's, or what `onTimeout` makes of it. What comes later is dropped.
//   I3. Answers and watermarks go on as in-flight-queue.ts says; the end of the input waits for all of them.

import type { Emit, Operator, OperatorContext } from './operator.ts';
import { InFlightQueue } from './in-flight-queue.ts';
import { makeLifecycle } from './rich-functions.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import type { AsyncCallContext, AsyncOutcome, OperatorSpec, OutputTag } from './spec.ts';

type AsyncMapSpec = Extract<OperatorSpec, { kind: 'async-map' }>;

/** Flink's AsyncWaitOperator. */
export function createAsyncMap(spec: AsyncMapSpec, context: OperatorContext): Operator {
  return new AsyncMap(spec, context);
}

class AsyncMap implements Operator {
  readonly process: Emit;
  readonly open: () => Promise<void> | void;
  readonly #spec: AsyncMapSpec;
  readonly #context: OperatorContext;
  readonly #closeFunctions: (committed: boolean) => Promise<void>;
  readonly #queue: InFlightQueue<Request>;
  /** Beyond the capacity. */
  readonly #uncalled: Request[] = [];
  #watermarkMs = NO_WATERMARK;
  #isWaking = false;
  #isClosed = false;

  constructor(spec: AsyncMapSpec, context: OperatorContext) {
    this.#spec = spec;
    this.#context = context;
    this.#queue = new InFlightQueue(spec.order);
    const { open, close } = makeLifecycle(spec.functions, context);
    this.open = open;
    this.#closeFunctions = close;
    this.process = (value, timestampMs) => {
      this.#take(value, timestampMs);
    };
  }

  isFull(): boolean {
    return this.#queue.size >= this.#spec.capacity;
  }

  advanceWatermark(watermarkMs: number): boolean {
    if (this.#queue.isEmpty) this.#watermarkMs = watermarkMs;
    else this.#queue.addWatermark(watermarkMs);
    return true;
  }

  outputWatermark(): number {
    return this.#watermarkMs;
  }

  /** Whoever listens to nobody else must not run ahead of what is in flight. */
  isIdle(): boolean | undefined {
    return this.#queue.isEmpty ? undefined : false;
  }

  /** An answer has come: whatever may go on does, up to a watermark, which the chain passes on before what follows. */
  onProcessingTime(): boolean {
    this.#isWaking = false;
    while (!this.#context.isBlocked()) {
      const next = this.#queue.take();
      if (next === undefined) return true;
      if (next.kind === 'watermark') {
        this.#watermarkMs = next.watermarkMs;
        return this.#queue.isEmpty;
      }
      this.#emit(next.request);
      const uncalled = this.#uncalled.shift();
      if (uncalled !== undefined) this.#begin(uncalled);
    }
    return false;
  }

  endInput(): boolean {
    return this.#queue.isEmpty;
  }

  async close(committed: boolean): Promise<void> {
    this.#isClosed = true;
    for (const request of this.#queue) request.end(new Error('The job has ended.'));
    await this.#closeFunctions(committed);
  }

  #take(value: unknown, timestampMs: number): void {
    const request = new Request(value, timestampMs, this.#context);
    const hasRoom = this.#queue.size < this.#spec.capacity;
    this.#queue.add(request);
    if (hasRoom) this.#begin(request);
    else this.#uncalled.push(request);
  }

  #begin(request: Request): void {
    const { clock } = this.#context;
    request.stopTimeout = clock.after(this.#spec.timeoutMs, () => {
      this.#onTimeout(request);
    });
    this.#call(request);
  }

  #call(request: Request): void {
    request.attempt++;
    request.dropResults();
    let answer: unknown;
    try {
      answer = this.#spec.functions.call(request.value, request);
    } catch (error) {
      this.#judge(request, { kind: 'failed', error });
      return;
    }
    Promise.resolve(answer).then(
      (result) => {
        this.#judge(request, { kind: 'returned', result });
      },
      (error: unknown) => {
        this.#judge(request, { kind: 'failed', error });
      },
    );
  }

  /** After an attempt: another one later, or the answer. */
  #judge(request: Request, outcome: AsyncOutcome): void {
    if (request.hasEnded) return;
    try {
      if (this.#isWorthRetrying(request, outcome)) this.#callLater(request);
      else if (outcome.kind === 'returned') this.#answer(request, outcome.result);
      else this.#fail(request, outcome.error);
    } catch (error) {
      this.#fail(request, error);
    }
  }

  #isWorthRetrying({ attempt }: Request, outcome: AsyncOutcome): boolean {
    const { retry } = this.#spec;
    return retry !== undefined && attempt < retry.attemptsMax && retry.when(outcome);
  }

  #callLater(request: Request): void {
    const { delayMs = 0, multiplier = 1, delayMsMax = Infinity } = this.#spec.retry ?? {};
    const waitMs = Math.min(delayMs * multiplier ** (request.attempt - 1), delayMsMax);
    this.#context.count('asyncRetries');
    request.stopRetry = this.#context.clock.after(waitMs, () => {
      this.#call(request);
    });
  }

  #onTimeout(request: Request): void {
    const { functions, timeoutMs } = this.#spec;
    const timeout = new Error(
      `no answer within ${timeoutMs} ms (attempt ${request.attempt}): raise timeoutMs, or say what then with onTimeout`,
    );
    this.#context.count('asyncTimeouts');
    request.abort(timeout);
    if (functions.onTimeout === undefined) {
      this.#fail(request, timeout);
      return;
    }
    try {
      request.dropResults();
      this.#answer(request, functions.onTimeout(request.value, request));
    } catch (error) {
      this.#fail(request, error);
    }
  }

  #answer(request: Request, result: unknown): void {
    request.result = result;
    request.end();
    this.#queue.answer(request);
    if (this.#isWaking) return;
    this.#isWaking = true;
    this.#context.wake();
  }

  #fail(request: Request, error: unknown): void {
    request.end(error);
    if (this.#isClosed) return;
    this.#isClosed = true; // one failure ends the job
    this.#context.fail(this.#context.failure(error, request.value));
  }

  #emit(request: Request): void {
    const { emit } = this.#context;
    for (const [sideEmit, value] of request.sideResults) sideEmit(value, request.timestampMs);
    emit(request.result, request.timestampMs);
  }
}

/** A record, its attempts, and what the job's function sees while it is called. */
class Request implements AsyncCallContext {
  readonly value: unknown;
  readonly timestampMs: number;
  attempt = 0;
  result: unknown;
  hasEnded = false;
  stopTimeout: (() => void) | undefined;
  stopRetry: (() => void) | undefined;
  sideResults: [Emit, unknown][] = [];
  readonly #context: OperatorContext;
  #controller: AbortController | undefined;
  #abortReason: unknown;

  constructor(value: unknown, timestampMs: number, context: OperatorContext) {
    this.value = value;
    this.timestampMs = timestampMs;
    this.#context = context;
  }

  /** Made for those who ask. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  readonly output = <Side>({ name }: OutputTag<Side>, value: NoInfer<Side>): void => {
    const emit = this.hasEnded ? undefined : this.#context.sideOutput(name);
    if (emit !== undefined) this.sideResults.push([emit, value]);
  };

  readonly count = (counter: string, by = 1): void => {
    this.#context.count(counter, by);
  };

  /** Of an attempt that is not the last. */
  dropResults(): void {
    if (this.sideResults.length > 0) this.sideResults = [];
  }

  abort(reason: unknown): void {
    this.#abortReason ??= reason;
    this.#controller?.abort(reason);
  }

  /** No more attempts; with a reason, the one in flight is aborted. */
  end(reason?: unknown): void {
    this.hasEnded = true;
    this.stopTimeout?.();
    this.stopRetry?.();
    if (reason !== undefined) this.abort(reason);
  }
}
