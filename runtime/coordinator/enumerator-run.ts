// One enumerator at work for one source of a deployment: made and started, told what the source's subtasks say, closed.
//   I1. What is said before it has started is told to it, in order, once it has.
//   I2. After `close` it is told nothing, and nothing of what it still finds is sent.
//   I3. A failure names the source.

import type {
  EnumeratorContext,
  EnumeratorMaker,
  SourceSpec,
  SplitEnumerator,
} from '../connectors/connector.ts';
import type { ConnectorCatalog } from '../connectors/catalog.ts';
import type { Clock } from '../core/clock.ts';
import { EngineError, toErrorRecord } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { FromSource, ToSource } from '../protocol/control.ts';

/** Loaders of makers, by the `kind` of a source; a source without one is read by rule. */
export type EnumeratorCatalog = ConnectorCatalog['enumerators'];

export interface EnumeratorRunOptions {
  /** Of the source's operator. */
  readonly name: string;
  readonly spec: SourceSpec<unknown>;
  readonly parallelism: number;
  readonly catalog: EnumeratorCatalog;
  readonly clock: Clock;
  readonly log: Log;
  send(subtask: number, event: ToSource): void;
  fail(error: EngineError): void;
}

/** The enumerator of one source. */
export class EnumeratorRun {
  readonly #options: EnumeratorRunOptions;
  #enumerator: SplitEnumerator | undefined;
  /** Undefined once it has started. */
  #held: (() => void)[] | undefined = [];
  #isClosed = false;

  constructor(options: EnumeratorRunOptions) {
    this.#options = options;
  }

  /** Resolves when it has started, or has failed and said so. */
  async start(): Promise<void> {
    const { spec } = this.#options;
    try {
      const context = this.#makeContext(await this.#loadMakers());
      if (this.#isClosed) return;
      this.#enumerator = context.makeEnumerator(spec, context);
      await this.#enumerator?.start(undefined);
    } catch (error) {
      this.#fail(error);
      return;
    }
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const deliver of held) deliver();
  }

  /** A subtask of the source has something to say. */
  tell(subtask: number, event: Exclude<FromSource, { kind: 'watermark' }>): void {
    const deliver = (): void => {
      if (this.#isClosed) return; // I2
      try {
        if (event.kind === 'split-request') this.#enumerator?.onSplitRequest(subtask);
        else this.#enumerator?.onReaderEvent?.(subtask, event.event);
      } catch (error) {
        this.#fail(error);
      }
    };
    if (this.#held === undefined) deliver();
    else this.#held.push(deliver); // I1
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#enumerator?.close();
  }

  /** The makers that the source needs, its parts' included. */
  async #loadMakers(): Promise<ReadonlyMap<string, EnumeratorMaker>> {
    const { spec, catalog } = this.#options;
    const makers = new Map<string, EnumeratorMaker>();
    for (const { kind } of [spec, ...(spec.parts ?? [])]) {
      const load = catalog[kind];
      if (load !== undefined) makers.set(kind, await load());
    }
    return makers;
  }

  #makeContext(makers: ReadonlyMap<string, EnumeratorMaker>): EnumeratorContext {
    const { parallelism, clock, log } = this.#options;
    const send = (subtask: number, event: ToSource): void => {
      if (!this.#isClosed) this.#options.send(subtask, event); // I2
    };
    return {
      parallelism,
      clock,
      log,
      assign: (subtask, splits) => {
        send(subtask, { kind: 'splits', splits });
      },
      noMoreSplits: (subtask) => {
        send(subtask, { kind: 'no-more-splits' });
      },
      sendEvent: (subtask, event) => {
        send(subtask, { kind: 'event', event });
      },
      fail: (error) => {
        this.#fail(error);
      },
      makeEnumerator: (spec, context) => makers.get(spec.kind)?.(spec, context),
    };
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    const { name } = this.#options;
    const { code, message, details } = toErrorRecord(error);
    const told = `The enumerator of "${name}" failed: ${message}`; // I3
    this.#options.fail(
      new EngineError(code, told, { cause: error, details: { ...details, operator: name } }),
    );
  }
}
