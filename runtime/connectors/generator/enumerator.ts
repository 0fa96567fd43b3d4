// Deals out the indices of a generator. A split is every n-th index, not a range of them: the subtasks go through the
// indices side by side, so that they keep in step in event time.
//   I1. The splits of all subtasks together are all indices, each in one split.
//   I2. Splits that come back are halved until there is one for each subtask: every second index of a split is a split too.

import type {
  EnumeratorContext,
  EnumeratorMaker,
  SourceSplit,
  SplitEnumerator,
} from '../connector.ts';
import { positionList, positionNumber } from '../position.ts';

/** The indices `start`, `start + stride`, `start + 2 stride` and so on. */
export interface StridedSplit extends SourceSplit {
  readonly start: number;
  readonly stride: number;
}

/** Makes the enumerator of a `generate(...)` source. */
export const generatorEnumerator: EnumeratorMaker = (_spec, context) =>
  new GeneratorEnumerator(context);

class GeneratorEnumerator implements SplitEnumerator {
  readonly #context: EnumeratorContext;
  /** Not assigned yet, in the order of their starts. */
  #free: readonly StridedSplit[] = [];
  /** Whose each of them is. */
  readonly #owners = new Map<string, number>();

  constructor(context: EnumeratorContext) {
    this.#context = context;
  }

  start(state: unknown): Promise<void> {
    const isNew = state === undefined || state === null;
    const { parallelism } = this.#context;
    this.#deal(
      isNew
        ? Array.from({ length: parallelism }, (_, start) => strided(start, parallelism))
        : (positionList(state, 'free') as readonly StridedSplit[]),
    );
    return Promise.resolve();
  }

  onSplitRequest(subtask: number): void {
    const mine = this.#free.filter(({ id }) => this.#owners.get(id) === subtask);
    this.#free = this.#free.filter((split) => !mine.includes(split));
    if (mine.length > 0) this.#context.assign(subtask, mine);
    this.#context.noMoreSplits(subtask);
  }

  addSplitsBack(splits: readonly SourceSplit[]): void {
    this.#deal([...this.#free, ...(splits as readonly StridedSplit[])]);
  }

  snapshot(): unknown {
    return { free: this.#free };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #deal(splits: readonly StridedSplit[]): void {
    const { parallelism } = this.#context;
    let free = splits;
    while (free.length > 0 && free.length < parallelism) free = free.flatMap(halve); // I2
    this.#free = free.toSorted((left, right) => left.start - right.start);
    this.#owners.clear();
    for (const [index, { id }] of this.#free.entries()) this.#owners.set(id, index % parallelism);
  }
}

function strided(start: number, stride: number): StridedSplit {
  return { id: `${start}/${stride}`, start, stride };
}

function halve(split: StridedSplit): readonly StridedSplit[] {
  const { start, stride, position } = split;
  const halves = [strided(start, 2 * stride), strided(start + stride, 2 * stride)];
  if (position === undefined || position === null) return halves;
  const next = positionNumber(position, 'next');
  // The half that does not hold the next index goes on with the one after it.
  return halves.map((half) => {
    const isNext = (next - half.start) % half.stride === 0;
    return { ...half, position: { next: isNext ? next : next + stride } };
  });
}
