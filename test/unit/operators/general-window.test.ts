// operators/general-window.ts and what it is made of: Flink's window semantics as tables of steps, and what a table cannot show.

import { describe, expect, it } from 'vitest';

import { Environment } from '../../../runtime/api/environment.ts';
import { tumbling } from '../../../runtime/api/windows.ts';
import { fromCollection } from '../../../runtime/connectors/collection/spec.ts';
import { MAX_WATERMARK } from '../../../runtime/time/watermark.ts';
import { OperatorHarness } from '../../support/operator-harness.ts';
import { createOperator, runTable, WAYS, type WindowTable } from '../../support/window-steps.ts';
import { ALIGNED } from './window-tables/aligned.ts';
import { CUSTOM } from './window-tables/custom.ts';
import { EVICTORS } from './window-tables/evictors.ts';
import { GLOBALS } from './window-tables/global.ts';
import { LATENESS } from './window-tables/lateness.ts';
import { PROCESSING_TIME } from './window-tables/processing-time.ts';
import { SESSIONS } from './window-tables/sessions.ts';
import { TRIGGERS } from './window-tables/triggers.ts';

const FAMILIES: Readonly<Record<string, readonly WindowTable[]>> = {
  'aligned windows': ALIGNED,
  sessions: SESSIONS,
  triggers: TRIGGERS,
  lateness: LATENESS,
  'global windows': GLOBALS,
  'processing time': PROCESSING_TIME,
  evictors: EVICTORS,
  'custom windows': CUSTOM,
};

describe.each(Object.entries(FAMILIES))('%s', (_family, tables) => {
  describe.each(tables)('$name', (table) => {
    it.each(table.ways ?? WAYS)('%s', (way) => {
      const { expected, actual, left } = runTable(table, way);
      expect(actual).toStrictEqual(expected);
      // The plain operator does not tell what it holds.
      if (left !== undefined) expect(left).toBe(table.left ?? 'windows=0 timers=0');
    });
  });
});

it('goes on with the windows of processing time at the end of the input when outputs have room again', () => {
  const { spec } = new Environment()
    .from(fromCollection<string>([]))
    .keyBy((word) => word)
    .window(tumbling({ sizeMs: 10, time: 'processing' }))
    .process((words) => words.join()).node;
  const harness = new OperatorHarness((context) => createOperator(spec, context));
  for (const word of ['a', 'b', 'c']) harness.process(word);
  harness.room = 2;
  expect(harness.advance(MAX_WATERMARK)).toBe(false);
  expect(harness.values).toStrictEqual(['a', 'b']);
  harness.room = 2;
  expect(harness.advance(MAX_WATERMARK)).toBe(true);
  expect(harness.values).toStrictEqual(['a', 'b', 'c']);
});
