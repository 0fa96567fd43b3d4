// Process functions without keys, of one input or two: the job's code sees timestamps and the watermark and may emit to side outputs. One
// context object serves all records; the job must not keep it.

import type { Emit, Operator, OperatorContext } from './operator.ts';
import { makeLifecycle } from './rich-functions.ts';
import type { OperatorSpec, OutputTag, ProcessContext } from './spec.ts';

/** Flink's ProcessOperator. */
export function createProcess(
  spec: Extract<OperatorSpec, { kind: 'process' }>,
  context: OperatorContext,
): Operator {
  return {
    process: makeInput(spec.apply, new RecordContext(context), context),
    ...(spec.lifecycle === undefined ? {} : makeLifecycle(spec.lifecycle, context)),
  };
}

/** Flink's CoProcessOperator, which also is its CoStreamMap and CoStreamFlatMap. */
export function createCoProcess(
  spec: Extract<OperatorSpec, { kind: 'co-process' }>,
  context: OperatorContext,
): Operator {
  const userContext = new RecordContext(context);
  return {
    process: makeInput(spec.functions.onLeft, userContext, context),
    processSecond: makeInput(spec.functions.onRight, userContext, context),
    ...makeLifecycle(spec.functions, context),
  };
}

/** Takes the records of one input to the job's function. */
export function makeInput<User extends RecordContext>(
  apply: (value: unknown, context: User) => void,
  userContext: User,
  context: OperatorContext,
): Emit {
  return (value, timestampMs) => {
    userContext.timestampMs = timestampMs;
    try {
      apply(value, userContext);
    } catch (error) {
      throw context.failure(error, value);
    }
  };
}

/** What process functions share, keyed or not: emitting with the current record's timestamp. */
export class RecordContext implements ProcessContext {
  timestampMs = 0;
  protected readonly context: OperatorContext;
  readonly #sideOutputs = new Map<string, Emit | undefined>();

  constructor(context: OperatorContext) {
    this.context = context;
  }

  get watermarkMs(): number {
    return this.context.currentWatermark();
  }

  readonly emit = (value: unknown): void => {
    this.context.emit(value, this.timestampMs);
  };

  readonly output = <Side>({ name }: OutputTag<Side>, value: NoInfer<Side>): void => {
    let emit = this.#sideOutputs.get(name);
    if (emit === undefined && !this.#sideOutputs.has(name)) {
      emit = this.context.sideOutput(name);
      this.#sideOutputs.set(name, emit);
    }
    emit?.(value, this.timestampMs);
  };

  readonly count = (counter: string, by = 1): void => {
    this.context.count(counter, by);
  };
}
