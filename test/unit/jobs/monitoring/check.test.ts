// The check of the monitoring job and its summary, over small result files. The full answer is compared when the job itself
// is run.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  checkMonitoring,
  compareAnswer,
  readAnswer,
} from '../../../../runtime/jobs/monitoring/check.ts';
import { EXPECTED_ANSWERS, FLIGHTS } from '../../../../runtime/jobs/monitoring/expected.ts';
import { worstHours } from '../../../../runtime/jobs/monitoring/worst-hours.ts';

const out = mkdtempSync(join(tmpdir(), 'monitoring-check-'));
const HOUR_MS = 3_600_000;
const DAY = EXPECTED_ANSWERS.find(({ boundMs }) => boundMs === 24 * HOUR_MS);

afterAll(() => {
  rmSync(out, { recursive: true, force: true });
});

const windows = join(out, 'monitoring', 'windows');
const late = join(out, 'monitoring', 'late');
mkdirSync(windows, { recursive: true });
mkdirSync(late, { recursive: true });
writeFileSync(join(windows, 'part-1-0.csv'), 'SFO,3600000,2,30,25\nATL,0,1,-5,-5\n');
writeFileSync(join(windows, 'part-0-0.csv'), 'SFO,0,3,30,10\n');
writeFileSync(join(windows, '.part-0-1.csv.inprogress-ab'), 'LAX,0,9,900,100\n');
writeFileSync(join(late, 'part-0-0.csv'), '2001-01-01T00:00:00.000Z,5,1,SFO,LAX\n');

describe('readAnswer', () => {
  it('adds up visible files and hashes the lines in bytewise order', async () => {
    const sorted = 'ATL,0,1,-5,-5\nSFO,0,3,30,10\nSFO,3600000,2,30,25\n';
    expect(await readAnswer(out)).toStrictEqual({
      late: 1,
      windows: 3,
      flightsKept: 6,
      sha256: createHash('sha256').update(sorted).digest('hex'),
    });
  });

  it('says where it looked when the job was not run', async () => {
    await expect(readAnswer(join(out, 'elsewhere'))).rejects.toThrow(
      /elsewhere.*run the job first/,
    );
  });

  it('refuses a line that is no window', async () => {
    const broken = join(out, 'broken', 'monitoring', 'windows');
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, 'part-0-0.csv'), 'SFO,0,x,1,1\n');
    await expect(readAnswer(join(out, 'broken'))).rejects.toThrow(/'SFO,0,x,1,1' is not a window/);
  });
});

describe('checkMonitoring', () => {
  it('finds a wrong result wrong, naming what was expected', async () => {
    const { ok, lines } = await checkMonitoring(out, 24 * HOUR_MS);
    expect(ok).toBe(false);
    expect(lines).toContain('WRONG late flights: 1, expected 15');
    expect(lines).toContain('WRONG windows: 3, expected 424,259');
  });
});

describe('compareAnswer', () => {
  it.each(EXPECTED_ANSWERS)('accepts the known answer for a bound of $boundMs ms', (expected) => {
    const actual = { ...expected, sha256: expected.sha256 ?? 'whatever' };
    expect(compareAnswer(actual, expected.boundMs).ok).toBe(true);
  });

  it.each(['late', 'windows', 'flightsKept', 'sha256'] as const)('looks at %s', (field) => {
    const right = { late: 0, windows: 0, flightsKept: 0, ...DAY, sha256: DAY?.sha256 ?? '' };
    const wrong = { ...right, [field]: field === 'sha256' ? 'f'.repeat(64) : right[field] + 1 };
    expect(compareAnswer(right, 24 * HOUR_MS).ok).toBe(true);
    expect(compareAnswer(wrong, 24 * HOUR_MS).ok).toBe(false);
  });

  it('says that an unknown bound has no known answer, and still checks the total', () => {
    const actual = { late: 10, windows: 1, flightsKept: FLIGHTS - 10, sha256: '' };
    const { ok, lines } = compareAnswer(actual, 3 * HOUR_MS);
    expect(ok).toBe(true);
    expect(lines.join('\n')).toMatch(
      /no answer is known for a bound of 3h.*known: 0ms, 1h, 6h, 1d, 2d/,
    );
    expect(compareAnswer({ ...actual, late: 11 }, 3 * HOUR_MS).ok).toBe(false);
  });

  it('has a table that adds up', () => {
    for (const { late: lateFlights, flightsKept } of EXPECTED_ANSWERS) {
      expect(lateFlights + flightsKept).toBe(FLIGHTS);
    }
  });
});

describe('worstHours', () => {
  it('names each origin once, by its worst and earliest hour, the worst first', async () => {
    expect(await worstHours(out)).toStrictEqual([
      'Worst hour of an origin, by the total delay of its flights:',
      '  SFO  1970-01-01 00:00  30 min in 3 flights, the latest by 10 min',
      '  ATL  1970-01-01 00:00  -5 min in 1 flights, the latest by -5 min',
    ]);
    expect(await worstHours(out, 1)).toHaveLength(2);
  });
});
