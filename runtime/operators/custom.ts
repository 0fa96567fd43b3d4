// Operators that a job brings itself: what they return is looked at once, and what they throw is told as theirs.
//   I1. They emit in a step only: a record that came from a promise or a timer would fall between two records, or between
//       the halves of a watermark.

import { EngineError } from '../core/errors.ts';
import type { Emit, Operator, OperatorContext } from './operator.ts';
import type { OperatorSpec } from './spec.ts';

/** Makes the operator of a job's own `transform`. */
export function createCustom(
  spec: Extract<OperatorSpec, { kind: 'custom' }>,
  context: OperatorContext,
): Operator {
  const steps = new Steps(context);
  const operator = steps.guard(() => spec.create(steps.guardedContext()), undefined);
  checkShape(operator, spec.hasSecondInput === true, context.name);
  return steps.guardOperator(operator);
}

/** JavaScript, or a cast, may return anything. */
function checkShape(operator: unknown, hasSecondInput: boolean, name: string): void {
  const wanted = hasSecondInput ? ['process', 'processSecond'] : ['process'];
  const found = (operator ?? {}) as Readonly<Record<string, unknown>>;
  const missing = wanted.filter((method) => typeof found[method] !== 'function');
  if (missing.length === 0) return;
  const [method = ''] = missing;
  throw new EngineError(
    'JOB_INVALID',
    `The operator "${name}" has no ${method}(value, timestampMs): create() must return an object with ` +
      `${wanted.join(' and ')}.`,
  );
}

/** Knows whether a step of the operator is running. */
class Steps {
  readonly #context: OperatorContext;
  #isRunning = false;

  constructor(context: OperatorContext) {
    this.#context = context;
  }

  guardedContext(): OperatorContext {
    return {
      ...this.#context,
      emit: this.#inSteps(this.#context.emit),
      sideOutput: (tag) => {
        const side = this.#context.sideOutput(tag);
        return side === undefined ? undefined : this.#inSteps(side);
      },
    };
  }

  /** The operator's own methods, each a step; what it does not have stays away, since that says something. */
  guardOperator(operator: Operator): Operator {
    const processSecond = operator.processSecond?.bind(operator);
    const advanceWatermark = operator.advanceWatermark?.bind(operator);
    const onProcessingTime = operator.onProcessingTime?.bind(operator);
    const endInput = operator.endInput?.bind(operator);
    const open = operator.open?.bind(operator);
    const guarded: Operator = {
      process: this.#input(operator.process.bind(operator)),
      ...(processSecond && { processSecond: this.#input(processSecond) }),
      ...(advanceWatermark && {
        advanceWatermark: (watermarkMs) =>
          this.guard(() => advanceWatermark(watermarkMs), undefined),
      }),
      ...(onProcessingTime && {
        onProcessingTime: (nowMs) => this.guard(() => onProcessingTime(nowMs), undefined),
      }),
      ...(endInput && { endInput: () => this.guard(endInput, undefined) }),
      ...(open && { open: () => this.#open(open) }),
    };
    for (const method of [
      'outputWatermark',
      'isIdle',
      'isFull',
      'prepare',
      'commit',
      'close',
    ] as const) {
      if (operator[method] !== undefined) {
        Object.assign(guarded, { [method]: operator[method].bind(operator) });
      }
    }
    return guarded;
  }

  /** Runs a step; what it throws is told with the record. */
  guard<Result>(step: () => Result, record: unknown): Result {
    const wasRunning = this.#isRunning;
    this.#isRunning = true;
    try {
      return step();
    } catch (error) {
      throw this.#context.failure(error, record);
    } finally {
      this.#isRunning = wasRunning;
    }
  }

  #input(process: Emit): Emit {
    return (value, timestampMs) => {
      const wasRunning = this.#isRunning;
      this.#isRunning = true;
      try {
        process(value, timestampMs);
      } catch (error) {
        throw this.#context.failure(error, value);
      } finally {
        this.#isRunning = wasRunning;
      }
    };
  }

  async #open(open: () => Promise<void> | void): Promise<void> {
    try {
      await open();
    } catch (error) {
      throw this.#context.failure(error, undefined);
    }
  }

  #inSteps(emit: Emit): Emit {
    return (value, timestampMs) => {
      if (!this.#isRunning) {
        throw new EngineError(
          'USER_FUNCTION_FAILED',
          `The operator "${this.#context.name}" emits outside of its methods, say from a promise: keep the result, call ` +
            'context.wake(), and emit it in onProcessingTime.',
        );
      }
      emit(value, timestampMs);
    };
  }
}
