// Directories of partitions stay below the sink's whatever a record holds.

import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hivePath, safePath } from '../../../../runtime/connectors/file/partition-path.ts';

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom('/', '\\', '.', '..', '=', '%', ':', ' ', '\n', '\u0000', '\u007f', 'é'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
});

function expectSafe(path: string): void {
  const inside = relative('/sink', join('/sink', path));
  // Nothing that `join` would resolve: the path is what it says.
  expect(inside).toBe(path);
  for (const level of inside.split('/')) {
    expect(level).not.toMatch(/^\.|^$/);
    expect(level).not.toMatch(/[\u0000-\u001f\u007f]/);
  }
}

describe('the directory of a partition', () => {
  it('is below the directory of the sink, and hidden nowhere (I1)', () => {
    fc.assert(
      fc.property(nasty, (path) => {
        if (path !== '') expectSafe(safePath(path));
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(nasty, nasty, { minKeys: 1 }), (levels) => {
        expectSafe(safePath(hivePath(levels)));
      }),
    );
  });

  it('has a level for each value of an object, from which it can be read again (I2)', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          nasty,
          nasty.filter((text) => text !== ''),
          { minKeys: 1 },
        ),
        (given) => {
          const levels = hivePath(given).split('/');
          const read = levels.map((level) => level.split('=').map(unescape));
          expect(read).toStrictEqual(Object.entries(given));
        },
      ),
    );
  });

  it.each([
    ['', ''],
    ['dt=2026-01-01/hm=10:05', 'dt=2026-01-01/hm=10:05'],
    ['/etc/passwd', '__DEFAULT_PARTITION__/etc/passwd'],
    ['../up', '%2E./up'],
    ['a//b/', 'a/__DEFAULT_PARTITION__/b/__DEFAULT_PARTITION__'],
    ['.hidden', '%2Ehidden'],
    ['tab\there', 'tab%09here'],
    ['50%', '50%'],
  ])('of %j is %j', (given, wanted) => {
    expect(safePath(given)).toBe(wanted);
  });

  it('has a name for what is absent', () => {
    expect(hivePath({ a: null, b: undefined, c: '', d: 0, e: false, f: 12n })).toBe(
      'a=__DEFAULT_PARTITION__/b=__DEFAULT_PARTITION__/c=__DEFAULT_PARTITION__/d=0/e=false/f=12',
    );
    expect(hivePath({ place: 'a/b=50%' })).toBe('place=a%2Fb%3D50%25');
  });
});

function unescape(text: string): string {
  return text.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
}
