// Narrowing a type to columns, and that a narrowed codec takes whole records.

import { describe, expect, it } from 'vitest';

import { compileCodec } from '../../../runtime/types/codec-compiler.ts';
import { projectType } from '../../../runtime/types/project.ts';
import type { RecordType } from '../../../runtime/types/record-type.ts';
import { memoryOf } from './record-arbitrary.ts';

const flight: RecordType = {
  kind: 'struct',
  fields: [
    { name: 'delay', type: { kind: 'int53' }, optional: false },
    { name: 'origin', type: { kind: 'string' }, optional: false },
    { name: 'note', type: { kind: 'string' }, optional: true },
  ],
};

describe('projectType', () => {
  it('keeps the fields asked for, in the order of declaration', () => {
    expect(projectType(flight, ['note', 'delay'])).toStrictEqual({
      kind: 'struct',
      fields: [flight.fields[0], flight.fields[2]],
    });
    expect(projectType(flight, [])).toStrictEqual({ kind: 'struct', fields: [] });
  });

  it.each<[string, RecordType, string[]]>([
    ['every field is read', flight, ['origin', 'note', 'delay', 'delay']],
    ['a field is unknown', flight, ['origin', 'destination']],
    ['it is no struct', { kind: 'any' }, ['origin']],
  ])('leaves the type as it is when %s', (_, type, fields) => {
    expect(projectType(type, fields)).toBe(type);
  });

  it('makes rows of whole records with these columns only', () => {
    const codec = compileCodec(projectType(flight, ['origin']));
    const memory = memoryOf(64, true);
    codec.encode({ delay: 'not looked at', origin: 'ATL', note: 1 }, memory, 0, 64);
    expect(codec.decode(memory, 0)).toStrictEqual({ origin: 'ATL' });
  });
});
