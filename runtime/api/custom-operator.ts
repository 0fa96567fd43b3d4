// Operators that a job brings itself, with the types of their records: the contract of operators/operator.ts, seen from a job.

import type { z } from 'zod';
import type { Operator, OperatorContext } from '../operators/operator.ts';
import type { OperatorSpec } from '../operators/spec.ts';

/** What an operator is given: the engine's contract, with the type of its results. */
export interface CustomContext<Out> extends Omit<OperatorContext, 'emit'> {
  readonly emit: (value: Out, timestampMs: number) => void;
}

/** An operator with one input. */
export interface CustomOperator<In> extends Omit<Operator, 'process' | 'processSecond'> {
  process(value: In, timestampMs: number): void;
}

/** An operator with two inputs. */
export interface CustomCoOperator<Left, Right> extends CustomOperator<Left> {
  processSecond(value: Right, timestampMs: number): void;
}

/** What is added to the job; `create` is called once a subtask. */
export interface Transformation<Out, Made, Arguments extends readonly unknown[] = []> {
  /** What plans and pages call it. */
  readonly name: string;
  readonly create: (context: CustomContext<Out>, ...more: Arguments) => Made;
  readonly type?: z.ZodType<Out>;
}

/** The operator as the engine makes it. */
export function customSpec<Out, Made, Arguments extends readonly unknown[]>(
  { create }: Transformation<Out, Made, Arguments>,
  more: Arguments,
  hasSecondInput = false,
): OperatorSpec {
  return {
    kind: 'custom',
    create: (context) => create(context, ...more) as unknown as Operator,
    hasSecondInput,
  };
}
