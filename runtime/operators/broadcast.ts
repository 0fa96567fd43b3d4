// Operators whose second input every subtask gets whole, and keeps in maps that the first input reads (Flink: broadcast
// state). In which order the two inputs come is not fixed, and may differ from subtask to subtask: what onBroadcast writes
// must not depend on it.
//   I1. The first input, and timers, see the maps through views that cannot write.

import { type BroadcastStates, openBroadcastStates } from '../state/broadcast-state.ts';
import { KeyedFunctions } from './keyed-process.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { makeInput, RecordContext } from './process.ts';
import { makeLifecycle } from './rich-functions.ts';
import type {
  BroadcastReadContext,
  BroadcastWriteContext,
  KeyedTimerFunctions,
  KeyedProcessContext,
  OperatorSpec,
} from './spec.ts';

/** Flink's CoBroadcastWithNonKeyedOperator. */
export function createBroadcast(
  spec: Extract<OperatorSpec, { kind: 'broadcast' }>,
  context: OperatorContext,
): Operator {
  const { functions } = spec;
  const states = openBroadcastStates(functions.broadcast);
  return {
    process: makeInput(functions.onRecord, new ReadContext(context, states), context),
    processSecond: makeInput(
      functions.onBroadcast,
      new WriteContext(context, states, () => undefined),
      context,
    ),
    ...makeLifecycle(functions, context),
  };
}

/** Flink's CoBroadcastWithKeyedOperator. */
export function createKeyedBroadcast(
  spec: Extract<OperatorSpec, { kind: 'keyed-broadcast' }>,
  context: OperatorContext,
): Operator {
  const { functions, selector } = spec;
  const states = openBroadcastStates(functions.broadcast);
  // The context of these functions is the one of keyed functions and the views that are added to it here.
  const keyed = new KeyedFunctions(functions as unknown as KeyedTimerFunctions, context, {
    broadcast: states.readable,
  });
  const onRecord = functions.onRecord as unknown as (
    value: unknown,
    context: KeyedProcessContext,
  ) => void;
  const forEachKey: BroadcastWriteContext['forEachKey'] = (name, visit) => {
    keyed.forEachKey(name, visit);
  };
  return keyed.operator({
    process: keyed.input(selector, onRecord),
    processSecond: makeInput(
      functions.onBroadcast,
      new WriteContext(context, states, forEachKey),
      context,
    ),
  });
}

class ReadContext extends RecordContext implements BroadcastReadContext {
  readonly broadcast: BroadcastReadContext['broadcast'];

  constructor(context: OperatorContext, states: BroadcastStates) {
    super(context);
    this.broadcast = states.readable;
  }
}

class WriteContext extends RecordContext implements BroadcastWriteContext {
  readonly broadcast: BroadcastWriteContext['broadcast'];
  readonly forEachKey: BroadcastWriteContext['forEachKey'];

  constructor(
    context: OperatorContext,
    states: BroadcastStates,
    forEachKey: BroadcastWriteContext['forEachKey'],
  ) {
    super(context);
    this.broadcast = states.writable;
    this.forEachKey = forEachKey;
  }
}
