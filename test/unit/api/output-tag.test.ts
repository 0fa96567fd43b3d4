// api/output-tag.ts: what a tag may be called, and the types it carries from the function to the stream.

import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

import { Environment } from '../../../runtime/api/environment.ts';
import { outputTag } from '../../../runtime/api/output-tag.ts';
import type { Stream } from '../../../runtime/api/stream.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';

describe('an output tag', () => {
  it('holds both ends of a side output to one type', () => {
    const odd = outputTag<{ readonly value: number }>('odd');
    const stream = new Environment().from(fromCollection([1, 2])).process((value, context) => {
      context.output(odd, { value });
      // @ts-expect-error: the tag is for objects
      context.output(odd, value);
      // @ts-expect-error: a name alone says nothing of the records
      context.output('odd', value);
    });
    expectTypeOf(stream.sideOutput(odd)).toEqualTypeOf<Stream<{ readonly value: number }>>();
    expect(stream.sideOutput(odd).handle.origins).toMatchObject([{ output: 'odd' }]);
  });

  it('gives the records the layout of its schema', () => {
    const odd = outputTag('odd', z.object({ value: z.number() }));
    const stream = new Environment().from(fromCollection([1])).process(() => undefined);
    expectTypeOf(stream.sideOutput(odd)).toEqualTypeOf<Stream<{ value: number }>>();
    expect(stream.sideOutput(odd).handle.recordType()).toMatchObject({ kind: 'struct' });
  });

  it.each(['', ' ', 'main', 'late', 'dead-letters'])('is not called "%s"', (name) => {
    expect(() => outputTag(name)).toThrow(expect.objectContaining({ code: 'JOB_INVALID' }));
  });
});
