// The process operators with two inputs, of operators/process.ts and operators/keyed-process.ts: which function gets what,
// and what the two sides share.

import { describe, expect, it } from 'vitest';

import { createKeyedCoProcess } from '../../../runtime/operators/keyed-process.ts';
import { createCoProcess } from '../../../runtime/operators/process.ts';
import type {
  KeyedCoProcessFunctions,
  KeyedProcessContext,
  ProcessContext,
} from '../../../runtime/operators/spec.ts';
import type { ValueState } from '../../../runtime/state/state.ts';
import { type HarnessOptions, OperatorHarness } from '../../support/operator-harness.ts';

const ignore = (): undefined => undefined;
const broken = (): never => {
  throw new Error('broken');
};

function openKeyed(
  functions: Partial<KeyedCoProcessFunctions>,
  options: HarnessOptions = {},
): OperatorHarness {
  const spec = {
    kind: 'keyed-co-process' as const,
    left: { keyOf: (value: unknown) => String(value).slice(0, 1), fields: undefined },
    right: { keyOf: (value: unknown) => String(value).slice(-1), fields: undefined },
    functions: {
      state: {},
      onLeft: ignore,
      onRight: ignore,
      onEventTimer: undefined,
      onProcessingTimer: undefined,
      ...functions,
    },
  };
  return new OperatorHarness((context) => createKeyedCoProcess(spec, context), options);
}

describe('a process operator with two inputs', () => {
  const tell =
    (side: string) =>
    (value: unknown, context: ProcessContext): void => {
      context.emit([side, value, context.timestampMs, context.watermarkMs]);
      context.count(side);
    };

  it('hands each side to its own function, with its time', () => {
    const both = new OperatorHarness((context) =>
      createCoProcess(
        { kind: 'co-process', functions: { onLeft: tell('left'), onRight: tell('right') } },
        context,
      ),
    );
    both.advance(4);
    both.process('a', 5);
    both.processSecond('b', 6);
    both.process('c', 7);
    expect(both.values).toStrictEqual([
      ['left', 'a', 5, 4],
      ['right', 'b', 6, 4],
      ['left', 'c', 7, 4],
    ]);
    expect(both.counters).toStrictEqual(
      new Map([
        ['left', 2],
        ['right', 1],
      ]),
    );
  });

  it.each(['left', 'right'])(
    'names the record at which the function of the %s side threw',
    (side) => {
      const functions = { onLeft: ignore, onRight: ignore };
      const failing = new OperatorHarness((context) =>
        createCoProcess(
          {
            kind: 'co-process',
            functions: { ...functions, [side === 'left' ? 'onLeft' : 'onRight']: broken },
          },
          context,
        ),
      );
      expect(() => {
        failing.process('of the left');
        failing.processSecond('of the right');
      }).toThrow(
        expect.objectContaining({
          code: 'USER_FUNCTION_FAILED',
          details: expect.objectContaining({ record: `"of the ${side}"` }) as unknown,
        }),
      );
    },
  );
});

describe('a keyed process operator with two inputs', () => {
  const remember = (value: unknown, context: KeyedProcessContext): void => {
    const seen = context.state['seen'] as ValueState<string>;
    seen.set(`${seen.get() ?? ''}${String(value)} `);
    context.emit([context.key, seen.get()]);
  };

  it('has one state a key for both sides, whose keys it finds in different ways', () => {
    const shared = openKeyed({
      state: { seen: { kind: 'value' } },
      onLeft: remember,
      onRight: remember,
    });
    shared.process('a1');
    shared.processSecond('2a');
    shared.processSecond('1b');
    shared.process('b2');
    expect(shared.values).toStrictEqual([
      ['a', 'a1 '],
      ['a', 'a1 2a '],
      ['b', '1b '],
      ['b', '1b b2 '],
    ]);
  });

  it('has one set of timers a key: what one side sets the other deletes', () => {
    const timed = openKeyed({
      onLeft: (_, context) => {
        context.registerEventTimer(10);
        context.registerProcessingTimer(20);
      },
      onRight: (_, context) => {
        context.deleteEventTimer(10);
      },
      onEventTimer: (timeMs, context) => {
        context.emit(['event', context.key, timeMs]);
      },
      onProcessingTimer: (timeMs, context) => {
        context.emit(['processing', context.key, timeMs]);
      },
    });
    timed.process('a');
    timed.process('b');
    timed.processSecond('a');
    timed.advance(10);
    expect(timed.values).toStrictEqual([['event', 'b', 10]]);
    timed.moveClock(21);
    expect(timed.values.slice(1)).toStrictEqual([
      ['processing', 'a', 20],
      ['processing', 'b', 20],
    ]);
  });

  it('names the record of the second side whose key cannot be found', () => {
    const failing = openKeyed({ onRight: broken });
    expect(() => {
      failing.processSecond('x');
    }).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ record: '"x"' }) as unknown,
      }),
    );
  });
});
