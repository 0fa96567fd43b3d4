// The sinks that are for people: print and collect show each record at once; and discard, which shows none.

import { describe, expect, it } from 'vitest';
import { CONNECTORS } from '../../../../runtime/connectors/catalog.ts';
import { collectSink } from '../../../../runtime/connectors/collect/sink.ts';
import { collect } from '../../../../runtime/connectors/collect/spec.ts';
import { discardSink } from '../../../../runtime/connectors/discard/sink.ts';
import { discard } from '../../../../runtime/connectors/discard/spec.ts';
import { printSink } from '../../../../runtime/connectors/print/sink.ts';
import { print } from '../../../../runtime/connectors/print/spec.ts';
import { WriterDriver } from '../../../contract/sink-contract.ts';

const RECORDS = ['text', 1, { a: [true, null], big: 7n }, undefined];

async function printed(share: {
  subtaskIndex: number;
  parallelism: number;
}): Promise<readonly string[]> {
  const shown: string[] = [];
  const spec = print({ line: (line) => shown.push(line) });
  const driver = new WriterDriver(printSink, spec, share);
  await driver.writer.open();
  await driver.writeAll(RECORDS);
  return shown;
}

describe('print', () => {
  it('prints texts as they are and anything else as JSON, at once', async () => {
    expect(await printed({ subtaskIndex: 0, parallelism: 1 })).toStrictEqual([
      'text',
      '1',
      '{"a":[true,null],"big":"7"}',
      'undefined',
    ]);
  });

  it('names the subtask, counted from 1, when there is more than one', async () => {
    expect((await printed({ subtaskIndex: 1, parallelism: 2 }))[0]).toBe('2> text');
  });
});

describe('collect', () => {
  it('hands every record on as it is', async () => {
    const driver = new WriterDriver(collectSink, collect());
    await driver.writer.open();
    await driver.writeAll(RECORDS);
    expect(driver.collected).toStrictEqual(RECORDS);
  });
});

describe('discard', () => {
  it('takes everything and is never full', async () => {
    const driver = new WriterDriver(discardSink, discard());
    await driver.writer.open();
    await driver.writeAll(RECORDS);
    await driver.writer.prepare();
    await driver.writer.commit();
    expect(driver.writer.isFull).toBe(false);
    expect(driver.collected).toStrictEqual([]);
  });
});

describe('the catalog', () => {
  it('loads a maker for every kind', async () => {
    for (const load of [...Object.values(CONNECTORS.sources), ...Object.values(CONNECTORS.sinks)]) {
      expect(await load()).toBeTypeOf('function');
    }
  });
});
