// graph/validate.ts: every problem at once, each naming its operator.

import { describe, expect, it } from 'vitest';

import { fromCollection, fromSequence } from '../../../runtime/connectors/collection/spec.ts';
import { generate } from '../../../runtime/connectors/generator/spec.ts';
import { discard } from '../../../runtime/connectors/discard/spec.ts';
import { partitionWindow } from '../../../runtime/api/partition-window.ts';
import type { Stream } from '../../../runtime/api/stream.ts';
import type { Environment } from '../../../runtime/api/environment.ts';
import type { EngineError } from '../../../runtime/core/errors.ts';
import type { ExecutionMode } from '../../../runtime/core/execution-mode.ts';
import { planOf } from '../../support/test-plan.ts';

function problemsOf(
  build: (env: Environment) => void,
  parallelism = 2,
  mode: ExecutionMode = 'streaming',
): string[] {
  try {
    planOf(build, parallelism, mode);
  } catch (error) {
    expect((error as EngineError).code).toBe('JOB_INVALID');
    return (error as EngineError).message.split('\n  - ').slice(1);
  }
  return [];
}

describe('validation', () => {
  it('wants a source and a sink', () => {
    expect(problemsOf(() => undefined)).toStrictEqual([
      'it has no source: begin with env.from(...)',
      'it has no sink: end a stream with .to(...)',
    ]);
  });

  it('wants an end of the input for what waits for it', () => {
    const endless = (env: Environment): Stream<{ readonly key: number }> =>
      env.from(generate({ make: (key) => ({ key }) })).named('for ever');
    const found = problemsOf((env) => {
      const ending = env.from(fromCollection([{ key: 1 }]));
      const both = ending.union(endless(env).filter(() => true));
      partitionWindow(both.keyBy('key')).sortPartition('key').named('sorted').to(discard());
      partitionWindow(ending)
        .reduce((left) => left)
        .to(discard());
    });
    expect(found).toStrictEqual([
      '"sorted" gives results at the end of its input, but "for ever" never ends: use window(...), or a source that ends',
    ]);
  });

  it('lists every problem, each naming its operator', () => {
    const found = problemsOf((env) => {
      const numbers = env
        .from(fromCollection([1]))
        .named('list')
        .parallelism(3);
      numbers
        .map((value) => value)
        .named('one')
        .uid('same')
        .parallelism(0)
        .to(discard())
        .parallelism(1);
      numbers
        .map((value) => value)
        .named('two')
        .uid('same')
        .maxParallelism(1)
        .to(discard());
      numbers
        .map((value) => value)
        .named('three')
        .maxParallelism(1e9)
        .to(discard());
      numbers
        .forward()
        .map((value) => value)
        .named('four')
        .parallelism(2)
        .to(discard());
    });
    expect(found).toStrictEqual([
      '"one" and "two" both have the uid "same": uids are unique',
      '"list" has parallelism 3, but collection(1) allows at most 1',
      '"one" has parallelism 0: use an integer from 1 to 32768',
      '"two" has parallelism 2 above its maximum parallelism 1',
      '"three" has maximum parallelism 1000000000: use an integer from 1 to 32768',
      'forward from "list" (parallelism 3) to "four" (2) needs equal parallelism: use rebalance() or rescale()',
    ]);
  });

  it.each([0, 1.5, Number.NaN, 32_769])('refuses the parallelism %d', (parallelism) => {
    const found = problemsOf((env) => {
      env.from(fromSequence(1, 2)).parallelism(1).to(discard()).parallelism(parallelism);
    });
    expect(found).toStrictEqual([expect.stringContaining(`has parallelism ${parallelism}:`)]);
  });

  it('refuses a source without an end in batch mode', () => {
    const endless = (env: Environment): void => {
      env.from(generate({ make: (index) => index })).to(discard());
    };
    expect(problemsOf(endless)).toStrictEqual([]);
    expect(problemsOf(endless, 2, 'batch')).toStrictEqual([
      '"source: generator" has no end, but batch mode gives results at the end: run it in streaming mode',
    ]);
  });

  it('finds nothing in a sound job', () => {
    expect(problemsOf((env) => env.from(fromSequence(1, 2)).to(discard()))).toStrictEqual([]);
  });
});
