// api/rolling.ts as the keyed streams offer it, and as the reducing operator runs it.

import { describe, expect, it } from 'vitest';

import { Environment } from '../../../runtime/api/environment.ts';
import { extremeBy, extremeOf, sumOf } from '../../../runtime/api/rolling.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';

interface Sale {
  readonly shop: string;
  readonly item: string;
  readonly cents: number;
}

const sale = (item: string, cents: number): Sale => ({ shop: 'a', item, cents });
const SALES = [sale('pen', 5), sale('ink', 3), sale('cap', 9), sale('nib', 3), sale('box', 9)];

/** The results after each record. */
function roll(combine: (soFar: Sale, next: Sale) => Sale): string[] {
  let soFar: Sale | undefined;
  return SALES.map((next) => {
    soFar = soFar === undefined ? next : combine(soFar, next);
    return `${soFar.item} ${soFar.cents}`;
  });
}

describe('running aggregates', () => {
  it('keep the first record but for the field', () => {
    expect(roll(sumOf('cents'))).toStrictEqual(['pen 5', 'pen 8', 'pen 17', 'pen 20', 'pen 29']);
    expect(roll(extremeOf('cents', 'min'))).toStrictEqual([
      'pen 5',
      'pen 3',
      'pen 3',
      'pen 3',
      'pen 3',
    ]);
    expect(roll(extremeOf('cents', 'max'))).toStrictEqual([
      'pen 5',
      'pen 5',
      'pen 9',
      'pen 9',
      'pen 9',
    ]);
  });

  it('by a field give the whole record, of several the first or the last', () => {
    expect(roll(extremeBy('cents', 'min', {}))).toStrictEqual([
      'pen 5',
      'ink 3',
      'ink 3',
      'ink 3',
      'ink 3',
    ]);
    expect(roll(extremeBy('cents', 'min', { last: true }))).toStrictEqual([
      'pen 5',
      'ink 3',
      'ink 3',
      'nib 3',
      'nib 3',
    ]);
    expect(roll(extremeBy('cents', 'max', {}))).toStrictEqual([
      'pen 5',
      'pen 5',
      'cap 9',
      'cap 9',
      'cap 9',
    ]);
    expect(roll(extremeBy('cents', 'max', { last: true }))).toStrictEqual([
      'pen 5',
      'pen 5',
      'cap 9',
      'cap 9',
      'box 9',
    ]);
  });

  it('change no record', () => {
    const first = Object.freeze(sale('pen', 5));
    expect(sumOf<Sale>('cents')(first, sale('ink', 3))).not.toBe(first);
    expect(first.cents).toBe(5);
  });

  it('are offered for fields that hold numbers, and say in the plan what they do', () => {
    const byShop = new Environment().from(fromCollection(SALES)).keyBy('shop');
    const names = [
      byShop.sum('cents'),
      byShop.min('cents'),
      byShop.max('cents'),
      byShop.minBy('cents'),
      byShop.maxBy('cents', { last: true }),
    ].map(({ node }) => [node.name, node.spec.kind]);
    expect(names).toStrictEqual(
      ['sum', 'min', 'max', 'minBy', 'maxBy'].map((name) => [`${name}(cents)`, 'keyed-reduce']),
    );
    // @ts-expect-error: an item's name is no number
    expect(byShop.sum('item')).toBeDefined();
    // @ts-expect-error: there is no such field
    expect(byShop.maxBy('price')).toBeDefined();
  });
});
