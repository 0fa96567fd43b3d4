// Values, paths and differences of properties: deployment-engine/property-{value,path,diff}.ts.

import { describe, expect, it } from 'vitest';
import { diffProperties, ignoreChanges } from '../../support/deployment-engine/property-diff.ts';
import {
  isWithin,
  joinPath,
  parsePath,
  valueAt,
  withValueAt,
} from '../../support/deployment-engine/property-path.ts';
import {
  UNKNOWN,
  hasUnknown,
  makeSecret,
  markSecrets,
  redact,
  refuseUnsupported,
  reveal,
  secretTexts,
} from '../../support/deployment-engine/property-value.ts';

describe('paths', () => {
  it('reads names, quoted names and indices', () => {
    expect(parsePath('spec.replicas')).toEqual(['spec', 'replicas']);
    expect(parsePath('metadata.annotations["a.b/c"].d')).toEqual([
      'metadata',
      'annotations',
      'a.b/c',
      'd',
    ]);
    expect(parsePath('items[10].name')).toEqual(['items', 10, 'name']);
  });

  it('refuses wildcards and what is no path', () => {
    expect(() => parsePath('spec.containers[*].image')).toThrow('wildcard');
    expect(() => parsePath('spec.*')).toThrow('wildcard');
    expect(() => parsePath('')).toThrow('not a property path');
    expect(() => parsePath('a[b')).toThrow('not a property path');
  });

  it('writes what it reads', () => {
    const parts = ['metadata', 'labels', 'app.kubernetes.io/name', 0, 'x-y'];
    const text = parts.reduce<string>((path, part) => joinPath(path, part), '');
    expect(parsePath(text)).toEqual(parts);
  });

  it('tells what lies within', () => {
    expect(isWithin('spec.template.spec', 'spec.template')).toBe(true);
    expect(isWithin('spec.templates', 'spec.template')).toBe(false);
    expect(isWithin('spec', 'spec.selector')).toBe(false);
  });

  it('reads, sets and removes without touching the original', () => {
    const root = { spec: { replicas: 2, items: [{ name: 'a' }, { name: 'b' }] } };
    expect(valueAt(root, ['spec', 'items', 1, 'name'])).toBe('b');
    expect(valueAt(root, ['spec', 'missing', 'deeper'])).toBeUndefined();
    expect(withValueAt(root, ['spec', 'replicas'], undefined)).toEqual({
      spec: { items: root.spec.items },
    });
    expect(withValueAt(root, ['spec', 'items', 1, 'name'], 'c')).toMatchObject({
      spec: { items: [{ name: 'a' }, { name: 'c' }] },
    });
    expect(withValueAt({}, ['a', 'b'], 1)).toEqual({ a: { b: 1 } });
    expect(withValueAt({ a: {} }, ['b', 'c'], undefined)).toEqual({ a: {} });
    expect(root.spec.replicas).toBe(2);
  });
});

describe('secrets and unknowns', () => {
  const inputs = {
    user: 'u',
    password: makeSecret('open-sesame'),
    list: [makeSecret({ a: 'bc' })],
  };

  it('are revealed for a provider and redacted for people', () => {
    expect(reveal(inputs)).toEqual({ user: 'u', password: 'open-sesame', list: [{ a: 'bc' }] });
    expect(redact({ ...inputs, later: [UNKNOWN] })).toEqual({
      user: 'u',
      password: '[secret]',
      list: ['[secret]'],
      later: ['[unknown]'],
    });
    expect(hasUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
    expect(hasUnknown(inputs)).toBe(false);
  });

  it('stay secret at the same path of the outputs', () => {
    const outputs = { user: 'u', password: 'open-sesame', list: [{ a: 'bc' }], id: 1 };
    expect(markSecrets(outputs, inputs)).toEqual({ ...inputs, id: 1 });
  });

  it('are found as texts that could be recognised', () => {
    expect(secretTexts(inputs)).toEqual(['open-sesame']);
  });

  it('refuses assets and references, wherever they are', () => {
    const asset = { '4dabf18193072939515e22adb298388d': 'c44067f5952c0a294b673a41bacd8c17' };
    expect(() => refuseUnsupported({ a: [{ b: asset }] }, 'thing')).toThrow(
      'thing.a.0.b is an asset',
    );
    expect(() => refuseUnsupported(inputs, 'thing')).not.toThrow();
  });
});

describe('differences', () => {
  it('are leaves with their paths, sorted', () => {
    const before = { b: 1, a: { x: 1, y: [1, { z: 2 }] }, gone: 'g' };
    const after = { b: 2, a: { x: 1, y: [1, { z: 3 }, 4] }, 'new.key': true };
    expect(diffProperties(before, after)).toEqual([
      { path: 'a.y[1].z', kind: 'update', before: 2, after: 3 },
      { path: 'a.y[2]', kind: 'add', after: 4 },
      { path: 'b', kind: 'update', before: 1, after: 2 },
      { path: 'gone', kind: 'delete', before: 'g' },
      { path: '["new.key"]', kind: 'add', after: true },
    ]);
  });

  it('show neither secrets nor sentinels, and see no difference in becoming secret', () => {
    const before = { a: makeSecret('one'), b: 'two', c: 'three' };
    const after = { a: makeSecret('1'), b: makeSecret('two'), c: UNKNOWN };
    expect(diffProperties(before, after)).toEqual([
      { path: 'a', kind: 'update', before: '[secret]', after: '[secret]' },
      { path: 'c', kind: 'update', before: 'three', after: '[unknown]' },
    ]);
  });
});

describe('ignored changes', () => {
  const paths = ['spec.replicas'];

  it('keep the old value, also where the program has dropped it', () => {
    const old = { spec: { replicas: 3, image: 'a' } };
    expect(ignoreChanges({ spec: { replicas: 1, image: 'b' } }, old, paths)).toEqual({
      spec: { replicas: 3, image: 'b' },
    });
    expect(ignoreChanges({ spec: { image: 'b' } }, old, paths)).toEqual({
      spec: { replicas: 3, image: 'b' },
    });
  });

  it('leave out what the old inputs did not have', () => {
    const inputs = { spec: { replicas: 1, image: 'b' } };
    expect(ignoreChanges(inputs, { spec: { image: 'a' } }, paths)).toEqual({
      spec: { image: 'b' },
    });
  });

  it('need the path to lead somewhere', () => {
    expect(() => ignoreChanges({}, { spec: { replicas: 1 } }, paths)).toThrow('a part of the path');
  });
});
