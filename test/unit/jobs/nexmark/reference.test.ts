// The reference answers against rows that were worked out by a database: the same for events in order and out of order.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EventGenerator } from '../../../../runtime/jobs/nexmark/generator.ts';
import { digestOf, type ResultDigest } from '../../../support/nexmark/digest.ts';
import { ANSWERED_QUERIES, referenceRows } from '../../../support/nexmark/reference.ts';

const EXPECTED = JSON.parse(
  readFileSync(new URL('../../../golden/nexmark/expected.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, ResultDigest>>;

it('answers every query that has expected rows, and q6', () => {
  const names = [...Object.keys(EXPECTED), 'q6'];
  expect(ANSWERED_QUERIES.toSorted()).toStrictEqual(names.toSorted());
});

describe.each([1, 200])('10000 events at 100 a second, out of order by %i', (outOfOrder) => {
  const generator = new EventGenerator({ rate: 100, outOfOrder });
  const events = Array.from({ length: 10_000 }, (_, n) => generator.event(n));

  it.each(Object.entries(EXPECTED))('%s', (query, expected) => {
    expect(digestOf(referenceRows(query, events))).toStrictEqual(expected);
  });
});
