// One subtask's chain of operators: composed once into closures from head to tail, then driven by the subtask.
//   I1. Watermarks visit the operators in chain order; an operator sees a new watermark before anything downstream does.
//   I2. Work that stops early (outputs full) is taken up at the same operator.
//   I3. The chain's outputs get each watermark after every record that precedes it.
//   I4. An operator is not woken while what is behind it has no room, or a watermark or the end of the input has not come
//       past it yet.

import type { Emit, Operator } from '../operators/operator.ts';
import type { OutputEdge } from '../shuffle/output-edge.ts';
import type { OutputGate } from '../shuffle/output-gate.ts';
import { MAX_WATERMARK, NO_WATERMARK } from '../time/watermark.ts';

/** An operator in its place. */
export interface ChainLink {
  readonly operator: Operator;
  /** Position of the operator it gets its input from; -1 for the head. */
  readonly input: number;
}

/** An edge leaving the chain. */
export interface ChainOutput {
  readonly edge: OutputEdge;
  /** Position of the operator whose records it carries. */
  readonly from: number;
}

/** Times shared between the chain and the contexts of its operators. */
export class ChainTimes {
  /** Input watermark of each operator, by position. */
  readonly watermarksMs: number[];
  /** When each operator wants to be woken, by position. */
  readonly wakesMs: number[];

  constructor(operators: number) {
    this.watermarksMs = new Array<number>(operators).fill(NO_WATERMARK);
    this.wakesMs = new Array<number>(operators).fill(Infinity);
  }
}

/** What a chain is made of. Links and outputs are in chain order. */
export interface ChainParts {
  readonly links: readonly ChainLink[];
  readonly outputs: readonly ChainOutput[];
  readonly gate: OutputGate;
  readonly times: ChainTimes;
}

/** The running chain. */
export class Chain {
  /** Feeds the head. */
  readonly process: Emit;
  /** Feeds the second input of a head that has one. */
  readonly processSecond: Emit | undefined;
  /** True when an operator makes its own watermarks: advance again after records. */
  readonly makesWatermarks: boolean;
  readonly #links: readonly ChainLink[];
  readonly #outputs: readonly ChainOutput[];
  readonly #gate: OutputGate;
  readonly #times: ChainTimes;
  readonly #fillable: readonly { readonly operator: Operator; readonly position: number }[];
  readonly #passedOnMs: number[]; // by output
  readonly #outgoingMs: number[]; // by operator
  readonly #isIdle: boolean[]; // by operator
  readonly #toldIdle: boolean[]; // by output
  #isInputIdle = false;
  readonly #isUnfinished: boolean[]; // by operator: stopped early, to be called again
  #advancing = -1; // the operator at which advancing stopped early
  #advancingToMs = NO_WATERMARK;
  #ending = 0;

  constructor({ links, outputs, gate, times }: ChainParts) {
    this.#links = links;
    this.#outputs = outputs;
    this.#gate = gate;
    this.#times = times;
    this.#fillable = links
      .map(({ operator }, position) => ({ operator, position }))
      .filter(({ operator }) => operator.isFull !== undefined);
    this.#passedOnMs = outputs.map(() => NO_WATERMARK);
    this.#outgoingMs = links.map(() => NO_WATERMARK);
    this.#isUnfinished = links.map(() => false);
    this.#isIdle = links.map(() => false);
    this.#toldIdle = outputs.map(() => false);
    this.makesWatermarks = links.some((link) => link.operator.outputWatermark !== undefined);
    const head = links[0]?.operator;
    this.process = head === undefined ? () => undefined : head.process.bind(head);
    this.processSecond = head?.processSecond?.bind(head);
  }

  /** The watermark the head has reached. */
  get watermarkMs(): number {
    return this.#times.watermarksMs[0] ?? NO_WATERMARK;
  }

  /** True while neither an output nor an operator is full and no watermark is half-way. */
  canTakeInput(): boolean {
    if (this.#gate.blockedChannels > 0 || this.#advancing >= 0) return false;
    return this.#lastFull() < 0;
  }

  /** True while an output is full: only those who read it can help. */
  get isBlockedByOutput(): boolean {
    return this.#gate.blockedChannels > 0;
  }

  /** The position of the last operator that is full, or -1. */
  #lastFull(): number {
    let last = -1;
    for (const { operator, position } of this.#fillable) {
      if (operator.isFull?.() === true) last = position;
    }
    return last;
  }

  /** The first operator that may be woken (I4). */
  #firstAwake(): number {
    return Math.max(this.#ending, this.#advancing + 1, this.#lastFull());
  }

  /**
   * Brings event time to `watermarkMs`; false when stopped early: call `resume` once outputs have room. What an earlier
   * call left unfinished is finished by this one.
   */
  advance(watermarkMs: number): boolean {
    this.#advancingToMs = watermarkMs;
    return this.#advanceFrom(0);
  }

  /** True when the head would rather have its input sorted by key. */
  get endsKeys(): boolean {
    return this.#links[0]?.operator.endKey !== undefined;
  }

  /**
   * The last record of a key was processed: for the head alone, event time ends and begins anew. False when stopped early:
   * call again.
   */
  endKey(): boolean {
    const { watermarksMs } = this.#times;
    const head = this.#links[0]?.operator;
    watermarksMs[0] = MAX_WATERMARK;
    if (head?.advanceWatermark?.(MAX_WATERMARK) === false) return false;
    if (head?.endKey?.() === false) return false;
    watermarksMs[0] = NO_WATERMARK;
    return true;
  }

  /** Goes on with what stopped early; true when nothing is left. */
  resume(): boolean {
    if (this.#advancing < 0) return true;
    return this.#advanceFrom(this.#advancing);
  }

  #advanceFrom(first: number): boolean {
    const { watermarksMs } = this.#times;
    for (let position = first; position < this.#links.length; position++) {
      const { operator, input } = this.#links[position] as ChainLink;
      const incoming = input < 0 ? this.#advancingToMs : (this.#outgoingMs[input] ?? NO_WATERMARK);
      if (incoming > (watermarksMs[position] ?? NO_WATERMARK) || this.#isUnfinished[position]) {
        watermarksMs[position] = incoming;
        this.#isUnfinished[position] = operator.advanceWatermark?.(incoming) === false;
        if (this.#isUnfinished[position]) {
          this.#advancing = position;
          return false;
        }
      }
      this.#outgoingMs[position] = operator.outputWatermark?.() ?? incoming;
    }
    this.#advancing = -1;
    this.#passOn();
    return true;
  }

  #passOn(): void {
    for (const [index, { edge, from }] of this.#outputs.entries()) {
      const watermarkMs = this.#outgoingMs[from] ?? NO_WATERMARK;
      if (watermarkMs <= (this.#passedOnMs[index] ?? NO_WATERMARK)) continue;
      this.#passedOnMs[index] = watermarkMs;
      edge.writeWatermark(watermarkMs);
    }
    if (this.makesWatermarks) this.#tellIdleness();
  }

  /** When an operator that may be woken wants to be; Infinity when none does. */
  nextWakeMs(): number {
    const { wakesMs } = this.#times;
    let nextMs = Infinity;
    for (let position = this.#firstAwake(); position < wakesMs.length; position++) {
      nextMs = Math.min(nextMs, wakesMs[position] ?? Infinity);
    }
    return nextMs;
  }

  /** Wakes the operators that are due; one that makes watermarks may have one to pass on then. */
  wake(nowMs: number): void {
    const { wakesMs } = this.#times;
    for (let position = this.#firstAwake(); position < wakesMs.length; position++) {
      if ((wakesMs[position] ?? Infinity) > nowMs) continue;
      wakesMs[position] = Infinity;
      const isDone = this.#links[position]?.operator.onProcessingTime?.(nowMs) ?? true;
      if (!isDone) wakesMs[position] = nowMs;
    }
    if (this.makesWatermarks) this.advance(this.watermarkMs);
  }

  /** All input has ended; false when stopped early: call again. */
  endInput(): boolean {
    while (this.#ending < this.#links.length) {
      const { operator } = this.#links[this.#ending] as ChainLink;
      if (operator.endInput?.() === false) return false;
      this.#ending++;
      // What it has held back of event time reaches those behind it before their own end.
      if (operator.outputWatermark !== undefined && !this.advance(this.watermarkMs)) return false;
    }
    return true;
  }

  /** Tells every output that nothing follows. */
  endOutputs(): void {
    for (const { edge } of this.#outputs) edge.end();
  }

  /** The input became idle, or active again; operators that make watermarks judge for themselves. */
  writeStatus(isIdle: boolean): void {
    this.#isInputIdle = isIdle;
    this.#tellIdleness();
  }

  #tellIdleness(): void {
    for (const [position, { operator, input }] of this.#links.entries()) {
      const inherited = input < 0 ? this.#isInputIdle : this.#isIdle[input] === true;
      this.#isIdle[position] = operator.isIdle?.() ?? inherited;
    }
    for (const [index, { edge, from }] of this.#outputs.entries()) {
      const isIdle = this.#isIdle[from] === true;
      if (isIdle === this.#toldIdle[index]) continue;
      this.#toldIdle[index] = isIdle;
      edge.writeStatus(isIdle);
    }
  }

  flush(): void {
    for (const { edge } of this.#outputs) edge.flush();
  }

  /** True when something is written and not handed over. */
  hasUnflushed(): boolean {
    return this.#outputs.some(({ edge }) => edge.hasUnflushed());
  }

  /** Moves overflow on; true when the outputs have room. */
  drain(): boolean {
    if (this.#gate.blockedChannels === 0) return true;
    let isDrained = true;
    for (const { edge } of this.#outputs) if (!edge.drain()) isDrained = false;
    return isDrained;
  }

  async open(): Promise<void> {
    // Tail first: an operator may emit from `open` of its input on.
    for (const { operator } of [...this.#links].reverse()) await operator.open?.();
  }

  async prepare(): Promise<void> {
    for (const { operator } of this.#links) await operator.prepare?.();
  }

  async commit(): Promise<void> {
    for (const { operator } of this.#links) await operator.commit?.();
  }

  /** Closes every operator, whatever one of them throws; the first error is thrown at the end. */
  async close(committed: boolean): Promise<void> {
    const results = await Promise.allSettled(
      this.#links.map(async ({ operator }) => operator.close?.(committed)),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
