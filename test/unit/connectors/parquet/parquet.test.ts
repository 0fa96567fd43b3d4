// Parquet beyond the source contract: values, nulls, order, what is refused. The files are written by
// test/support/parquet-writer.ts.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parquetEnumerator } from '../../../../runtime/connectors/parquet/enumerator.ts';
import { orderedParquetSource } from '../../../../runtime/connectors/parquet/ordered-reader.ts';
import { makeRowMaker } from '../../../../runtime/connectors/parquet/row-maker.ts';
import { sortRows } from '../../../../runtime/connectors/parquet/sort-rows.ts';
import { parquetSource } from '../../../../runtime/connectors/parquet/source.ts';
import { parquet, type ParquetOptions } from '../../../../runtime/connectors/parquet/spec.ts';
import { type TestColumn, writeParquet } from '../../../support/parquet-writer.ts';
import { ReaderDriver } from '../../../contract/source-contract.ts';
import { SplitSourceDriver } from '../../../contract/split-contract.ts';

const directory = mkdtempSync(join(tmpdir(), 'parquet-'));

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function write(
  name: string,
  columns: readonly TestColumn[],
  codec: 'none' | 'gzip' | 'zstd' = 'none',
): string {
  const path = join(directory, name);
  writeFileSync(path, writeParquet(columns, { rowsPerGroup: 3, codec }));
  return path;
}

function startSplits<Row>(options: ParquetOptions<Row>): Promise<SplitSourceDriver> {
  const spec = parquet(options);
  return SplitSourceDriver.start({ spec, reader: parquetSource, enumerator: parquetEnumerator });
}

async function read<Row>(options: ParquetOptions<Row>): Promise<readonly unknown[]> {
  const spec = parquet(options);
  if (options.orderBy === undefined) {
    const splits = await startSplits(options);
    try {
      return (await splits.readAll()).map(({ value }) => value);
    } finally {
      await splits.close();
    }
  }
  const driver = new ReaderDriver(orderedParquetSource, spec);
  try {
    await driver.reader.open(undefined);
    return (await driver.readAll()).map(({ value }) => value);
  } finally {
    await driver.reader.close();
  }
}

const everyType: readonly TestColumn[] = [
  { name: 'id', type: 'int64', values: [1n, null, -3n, BigInt(Number.MAX_SAFE_INTEGER)] },
  { name: 'small', type: 'int32', values: [7, 8, null, -9] },
  { name: 'at', type: 'timestampMicros', values: [1_500_999n, null, -1_000n, 0n] },
  { name: 'day', type: 'date', values: [1, null, -1, 0] },
  { name: 'share', type: 'double', values: [0.5, null, NaN, -0] },
  { name: 'text', type: 'string', values: ['é', null, '', 'z'] },
];
const everyRow = [
  { id: 1, small: 7, at: new Date(1_500), day: new Date(86_400_000), share: 0.5, text: 'é' },
  { id: null, small: 8, at: null, day: null, share: null, text: null },
  { id: -3, small: null, at: new Date(-1), day: new Date(-86_400_000), share: NaN, text: '' },
  {
    id: Number.MAX_SAFE_INTEGER,
    small: -9,
    at: new Date(0),
    day: new Date(0),
    share: -0,
    text: 'z',
  },
];

describe('parquet', () => {
  it.each(['none', 'gzip', 'zstd'] as const)(
    'gives every type and null as plain values (%s)',
    async (codec) => {
      expect(await read({ path: write(`types-${codec}.parquet`, everyType, codec) })).toStrictEqual(
        everyRow,
      );
    },
  );

  it('decodes only the columns asked for, in that order', async () => {
    const path = write('columns.parquet', everyType);
    const rows = await read({ path, columns: ['text', 'id'] });
    expect(rows.map((row) => Object.keys(row as object))).toStrictEqual(
      everyRow.map(() => ['text', 'id']),
    );
    await expect(read({ path, columns: ['id', 'nope'] })).rejects.toThrow(
      /no column 'nope'; it has id, small, at, day, share, text/,
    );
  });

  it('refuses an integer beyond 2^53, naming file, column and row', async () => {
    const values = [1n, 2n, 3n, 4n, 2n ** 53n, 6n];
    const path = write('big.parquet', [{ name: 'n', type: 'int64', values }]);
    await expect(read({ path })).rejects.toThrow(
      /big\.parquet, column 'n', row 4: 9007199254740992 is beyond 2\^53/,
    );
    await expect(read({ path, orderBy: () => 0 })).rejects.toMatchObject({
      code: 'RECORD_MISMATCH',
    });
  });

  it('replays in the order of a number, ties in the order of files and rows', async () => {
    write('o1.parquet', [{ name: 'n', type: 'int32', values: [5, 1, 4, 2, 9] }]);
    write('o2.parquet', [{ name: 'n', type: 'int32', values: [15, 11, 2, 14] }]);
    const path = join(directory, 'o?.parquet');
    const rows = await read<{ n: number }>({ path, orderBy: ({ n }) => n % 10 });
    expect(rows.map((row) => (row as { n: number }).n)).toStrictEqual([
      1, 11, 2, 2, 4, 14, 5, 15, 9,
    ]);
  });

  it('refuses an order that is not a number, and names the function that threw', async () => {
    const path = write('order.parquet', everyType);
    await expect(read({ path, orderBy: () => NaN })).rejects.toThrow(
      /'orderBy' of row 0 is not a number/,
    );
    const orderBy = (): number => {
      throw new Error('no order');
    };
    await expect(read({ path, orderBy })).rejects.toThrow(/'orderBy' for row 0 threw: no order/);
  });

  it('refuses files whose columns hold different things', async () => {
    write('m1.parquet', [{ name: 'n', type: 'int32', values: [1] }]);
    write('m2.parquet', [{ name: 'n', type: 'string', values: ['1'] }]);
    const options = { path: join(directory, 'm?.parquet'), orderBy: () => 0 };
    await expect(read(options)).rejects.toThrow(
      /m2\.parquet, column 'n' holds values, but integers/,
    );
  });

  it('refuses a file that is no Parquet', async () => {
    const path = join(directory, 'text.txt');
    writeFileSync(path, 'not a table, but long enough to hold a footer');
    await expect(read({ path })).rejects.toMatchObject({ code: 'FILE_FAILED' });
  });

  it('counts the time it decodes, apart from the job', async () => {
    const driver = await startSplits({ path: write('t.parquet', everyType) });
    await driver.readAll();
    await driver.close();
    expect(driver.counters.has('parquetDecodeMs')).toBe(true);
  });
});

describe('sortRows', () => {
  const wholeSteps = fc.integer({ min: -1_000, max: 1_000 }).map((steps) => steps * 60_000);
  it.each([
    ['any numbers', fc.double({ noNaN: true })],
    ['times in full minutes', wholeSteps],
    ['whole numbers far apart', fc.maxSafeInteger()],
    ['few different numbers', fc.constantFrom(-0, 0, 1, -Infinity, Infinity)],
  ])('sorts %s as the stable sort of the language does (I1)', (_, key) => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        const compare = (left: number, right: number): number =>
          left < right ? -1 : left > right ? 1 : 0;
        const wanted = keys
          .map((_key, row) => row)
          .toSorted((left, right) => compare(keys[left] ?? 0, keys[right] ?? 0));
        expect([...sortRows(new Float64Array(keys))]).toStrictEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });
});

describe('sortRows of keys whose distance no number holds', () => {
  it('does not take different keys for one', () => {
    const keys = [9_007_199_254_740_959, 9_007_199_254_740_958, -50_251_969_316_777];
    expect([...sortRows(new Float64Array(keys.map((key) => key - 1_000)))]).toStrictEqual([
      2, 1, 0,
    ]);
  });
});

describe('makeRowMaker', () => {
  it('takes any name for a column', () => {
    const names = ['a b', '"; throw 1; //', '__proto__', '\u2028', 'c0', 'index'];
    const columns = names.map((name) => ({ name, kind: 'values' as const, cells: [name] }));
    expect(Object.entries(makeRowMaker(columns)(0) as object)).toStrictEqual(
      names.map((name) => [name, name]),
    );
  });
});
