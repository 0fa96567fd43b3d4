// Changes over from one source of a hybrid to the next, and runs the enumerator of the one that is read, if it has one.
//   I1. The next source begins when every subtask has finished the one before, and then for all.
//   I2. A split says which source it is of; only splits of the present one are on their way or in a snapshot.

import type {
  EnumeratorContext,
  EnumeratorMaker,
  SourceSpec,
  SourceSplit,
  SplitEnumerator,
} from '../connector.ts';
import { invariant } from '../../core/invariant.ts';
import { positionNumber } from '../position.ts';

/** A split of the part with this index. */
export interface HybridSplit extends SourceSplit {
  readonly part: number;
  readonly split: SourceSplit;
}

/** What the enumerator tells a reader. `begin`: read this part now. */
export type ToHybridReader =
  | { readonly kind: 'begin'; readonly part: number }
  | { readonly kind: 'part'; readonly event: unknown };

/** What a reader tells. `ready`: which part is to be read? */
export type FromHybridReader =
  | { readonly kind: 'ready' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'part'; readonly event: unknown };

/** The split of a part as one of the hybrid's. */
export function ofPart(part: number, split: SourceSplit): HybridSplit {
  return { id: `${part}:${split.id}`, part, split };
}

/** Makes the enumerator of a `hybrid(...)` source. */
export const hybridEnumerator: EnumeratorMaker = (spec, context) =>
  new HybridEnumerator(spec.parts ?? [], context);

class HybridEnumerator implements SplitEnumerator {
  readonly #parts: readonly SourceSpec<unknown>[];
  readonly #context: EnumeratorContext;
  #part = 0;
  /** Undefined for a part that is read by rule. */
  #enumerator: SplitEnumerator | undefined;
  /** Shares of a part that is read by rule: each goes back to the subtask of its number. */
  #shares: readonly HybridSplit[] = [];
  readonly #finished = new Set<number>();
  #isClosed = false;

  constructor(parts: readonly SourceSpec<unknown>[], context: EnumeratorContext) {
    this.#parts = parts;
    this.#context = context;
  }

  async start(state: unknown): Promise<void> {
    const isNew = state === undefined || state === null;
    if (!isNew) this.#part = positionNumber(state, 'part');
    await this.#startPart(isNew ? undefined : (state as { readonly state: unknown }).state);
  }

  onSplitRequest(subtask: number): void {
    this.#enumerator?.onSplitRequest(subtask);
  }

  addSplitsBack(splits: readonly SourceSplit[]): void {
    // A part that is over has only shares that are read: its readers keep them until they hear of the next part.
    const own = (splits as readonly HybridSplit[]).filter(({ part }) => part === this.#part);
    if (this.#enumerator === undefined) this.#shares = own;
    else this.#enumerator.addSplitsBack(own.map(({ split }) => split));
  }

  onReaderEvent(subtask: number, event: unknown): void {
    const told = event as FromHybridReader;
    switch (told.kind) {
      case 'ready':
        this.#begin(subtask);
        return;
      case 'part':
        this.#enumerator?.onReaderEvent?.(subtask, told.event);
        return;
      case 'finished':
        this.#finished.add(subtask);
        if (this.#finished.size === this.#context.parallelism) this.#changeOver(); // I1
        return;
    }
  }

  snapshot(): unknown {
    return { part: this.#part, state: this.#enumerator?.snapshot() ?? null };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#enumerator?.close();
  }

  #begin(subtask: number): void {
    const { parallelism } = this.#context;
    // With its share, if it has read some of it before; one of another parallelism is refused by the reader.
    const share = this.#shares.filter((_, index) => index % parallelism === subtask);
    if (share.length > 0) this.#context.assign(subtask, share);
    this.#send(subtask, { kind: 'begin', part: this.#part });
  }

  #changeOver(): void {
    const old = this.#enumerator;
    this.#part += 1;
    this.#finished.clear();
    this.#shares = [];
    this.#enumerator = undefined;
    const { parallelism, log } = this.#context;
    const changed = async (): Promise<void> => {
      await old?.close();
      if (this.#isClosed) return;
      await this.#startPart(undefined);
      log.info('a hybrid source goes on with its next part', { part: this.#part });
      for (let subtask = 0; subtask < parallelism; subtask++) this.#begin(subtask);
    };
    changed().catch((error: unknown) => {
      this.#context.fail(error);
    });
  }

  async #startPart(state: unknown): Promise<void> {
    const spec = this.#parts[this.#part];
    invariant(spec !== undefined, 'only a part that is not the last is finished');
    const part = this.#part;
    const enumerator = this.#context.makeEnumerator(spec, {
      ...this.#context,
      assign: (subtask, splits) => {
        this.#context.assign(
          subtask,
          splits.map((split) => ofPart(part, split)),
        );
      },
      sendEvent: (subtask, event) => {
        this.#send(subtask, { kind: 'part', event });
      },
    });
    await enumerator?.start(state);
    // Not before: a snapshot of one that is starting would say that it has found nothing.
    this.#enumerator = enumerator;
    if (this.#isClosed) await enumerator?.close();
  }

  #send(subtask: number, event: ToHybridReader): void {
    this.#context.sendEvent(subtask, event);
  }
}
