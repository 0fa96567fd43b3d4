// The contract of a running subtask, and what both makers share: the phases after its input has ended, and its counts.
// The slot's loop owns it and calls one step at a time; a step does bounded work and never waits.
//   I1. No input is taken while an output or an operator is full, or a watermark is half-way through the chain.
//   I2. `ended` is reported once everything, the end included, was handed to the channels.

import type { Clock } from '../core/clock.ts';
import { EngineError } from '../core/errors.ts';
import type { SubtaskCounts, ToSource } from '../protocol/control.ts';
import type { OutputGate } from '../shuffle/output-gate.ts';
import { MAX_WATERMARK, NO_WATERMARK } from '../time/watermark.ts';
import type { Chain } from './chain.ts';

/**
 * `worked`: call again soon. `idle`: nothing to do. `blocked`: downstream is full. `waiting`: an operator waits for something
 * outside of the task before it takes more. `ended`: never call again.
 */
export type StepResult = 'worked' | 'idle' | 'blocked' | 'waiting' | 'ended';

/** Which subtask of the plan. */
export interface SubtaskAddress {
  readonly task: number;
  readonly subtask: number;
}

/** Counts by name, shown with the job. */
export class NamedCounters {
  readonly #values = new Map<string, number>();

  count(counter: string, by = 1): void {
    this.#values.set(counter, (this.#values.get(counter) ?? 0) + by);
  }

  toRecord(): Record<string, number> {
    return Object.fromEntries(this.#values);
  }
}

/** Where the time of a subtask went, in milliseconds. */
export interface SpentTime {
  busyMs: number;
  idleMs: number;
  backpressuredMs: number;
}

/** What every subtask is made of. */
export interface SubtaskParts {
  readonly address: SubtaskAddress;
  readonly chain: Chain;
  readonly gate: OutputGate;
  readonly counters: NamedCounters;
  readonly clock: Clock;
}

/** A subtask without its input. */
export abstract class Subtask {
  readonly address: SubtaskAddress;
  readonly chain: Chain;
  readonly spent: SpentTime = { busyMs: 0, idleMs: 0, backpressuredMs: 0 };
  protected readonly clock: Clock;
  protected recordsIn = 0;
  readonly #gate: OutputGate;
  readonly #counters: NamedCounters;
  #wasBlocked = false;
  #phase: 'running' | 'closing-time' | 'ending-operators' | 'draining' | 'ended' = 'running';

  constructor(parts: SubtaskParts) {
    this.address = parts.address;
    this.chain = parts.chain;
    this.clock = parts.clock;
    this.#gate = parts.gate;
    this.#counters = parts.counters;
  }

  /** Takes input; `ended` when there is no more. Only called while the chain can take input. */
  protected abstract takeInput(): StepResult;
  /** The clock time at which a step may have something to do without a ring of the bell. */
  abstract nextWakeMs(): number;
  protected abstract readonly bytesIn: number;
  abstract open(): Promise<void>;
  /** Frees resources; `committed` tells whether results were made visible. */
  abstract close(committed: boolean): Promise<void>;

  step(): StepResult {
    const result = this.#tryStep();
    this.#wasBlocked = result === 'blocked' || result === 'waiting';
    return result;
  }

  /** Ends the input of a source; other subtasks end with their input. */
  stop(): void {
    // Only sources can be told.
  }

  /** What the coordinator tells the subtask of a source. */
  onSourceEvent(_event: ToSource): void {
    throw new EngineError('PROTOCOL_VIOLATION', 'A subtask that is no source was told of splits.');
  }

  /** Called before the first input after downstream held the task back. */
  protected onUnblocked(): void {
    // Only sources measure idleness.
  }

  #tryStep(): StepResult {
    if (!this.chain.drain()) return 'blocked';
    const nowMs = this.clock.nowMs();
    if (this.chain.nextWakeMs() <= nowMs) this.chain.wake(nowMs);
    if (!this.chain.resume()) return this.#heldBack();
    if (this.#phase !== 'running') return this.#stepTowardsEnd();
    if (!this.chain.canTakeInput()) return this.#heldBack();
    if (this.#wasBlocked) this.onUnblocked();
    const result = this.takeInput();
    if (result !== 'ended') return result;
    this.#phase = 'closing-time';
    return 'worked';
  }

  #heldBack(): StepResult {
    return this.chain.isBlockedByOutput ? 'blocked' : 'waiting';
  }

  get hasEnded(): boolean {
    return this.#phase === 'ended';
  }

  counts(): SubtaskCounts {
    const { watermarkMs } = this;
    return {
      recordsIn: this.recordsIn,
      recordsOut: this.#gate.recordsOut,
      bytesIn: this.bytesIn,
      bytesOut: this.#gate.bytesOut,
      busyMsTotal: this.spent.busyMs,
      idleMsTotal: this.spent.idleMs,
      backpressuredMsTotal: this.spent.backpressuredMs,
      watermarkMs: watermarkMs === NO_WATERMARK ? undefined : watermarkMs,
      counters: this.#counters.toRecord(),
    };
  }

  protected get watermarkMs(): number {
    return this.chain.watermarkMs;
  }

  /** After the input: event time ends, operators finish, outputs end, everything is handed over. */
  #stepTowardsEnd(): StepResult {
    if (this.#phase === 'closing-time') {
      this.#phase = 'ending-operators';
      if (!this.chain.advance(MAX_WATERMARK)) return this.#heldBack();
    }
    if (this.#phase === 'ending-operators') {
      if (!this.chain.endInput()) return this.#heldBack();
      this.chain.endOutputs();
      this.#phase = 'draining';
    }
    if (!this.chain.drain()) return 'blocked';
    this.#phase = 'ended';
    return 'ended';
  }
}
