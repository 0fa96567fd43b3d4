// changes: an operator of one's own, which passes on what differs from the record before it and counts the rest.

import { z } from 'zod';
import { type CustomContext, type CustomOperator, defineJob, fromCollection, print } from 'millrace';

/** Passes a value on when it is not the one before; at the end, says how many were not. */
class Changes implements CustomOperator<string> {
  readonly #context: CustomContext<string>;
  #last: string | undefined;
  #repeated = 0;

  constructor(context: CustomContext<string>) {
    this.#context = context;
  }

  process(value: string, timestampMs: number): void {
    if (value === this.#last) this.#repeated++;
    else this.#context.emit(value, timestampMs);
    this.#last = value;
  }

  endInput(): boolean {
    if (this.#context.isBlocked()) return false; // no room: called again
    this.#context.emit(`${this.#repeated} repeated`, this.#context.currentWatermark());
    return true;
  }
}

export default defineJob({
  name: 'changes',
  parameters: z.object({}),
  build(env) {
    env
      .from(fromCollection(['open', 'open', 'shut', 'open', 'open', 'open']))
      .transform({ name: 'changes', create: (context) => new Changes(context) })
      .to(print());
  },
});
