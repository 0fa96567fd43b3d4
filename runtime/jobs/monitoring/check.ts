// Compares the monitoring job's results with the known answers: how many flights were late, how many windows there are,
// how many flights they hold, and every byte of them.

import { createHash } from 'node:crypto';
import { type CheckVerdict, formatDuration } from 'millrace';
import { EXPECTED_ANSWERS, type ExpectedAnswer, FLIGHTS } from './expected.ts';
import { countLateLines, parseWindowLine, readWindowLines } from './results.ts';

/** What a run produced. */
export interface MonitoringAnswer {
  readonly late: number;
  readonly windows: number;
  readonly flightsKept: number;
  readonly sha256: string;
}

/** Reads the results below `out` and compares them with the answer for this bound of lateness. */
export async function checkMonitoring(out: string, boundMs: number): Promise<CheckVerdict> {
  return compareAnswer(await readAnswer(out), boundMs);
}

/** What the result files say. */
export async function readAnswer(out: string): Promise<MonitoringAnswer> {
  const lines = (await readWindowLines(out)).sort();
  const hash = createHash('sha256');
  let flightsKept = 0;
  for (const line of lines) {
    hash.update(`${line}\n`, 'latin1');
    flightsKept += parseWindowLine(line).flights;
  }
  return {
    late: await countLateLines(out),
    windows: lines.length,
    flightsKept,
    sha256: hash.digest('hex'),
  };
}

/** The verdict, a line a fact. For a bound without a known answer only the total can be checked, and the lines say so. */
export function compareAnswer(actual: MonitoringAnswer, boundMs: number): CheckVerdict {
  const expected = EXPECTED_ANSWERS.find((answer) => answer.boundMs === boundMs);
  const facts = expected === undefined ? factsOfTotal(actual) : factsOf(actual, expected);
  const lines = facts.map(({ name, value, wanted }) =>
    value === wanted ? `ok    ${name}: ${value}` : `WRONG ${name}: ${value}, expected ${wanted}`,
  );
  if (expected === undefined) lines.push(unknownBound(boundMs));
  else if (expected.sha256 === undefined)
    lines.push(`      sha256: ${actual.sha256}, not compared`);
  return { ok: facts.every(({ value, wanted }) => value === wanted), lines };
}

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly wanted: string;
}

function factsOf(actual: MonitoringAnswer, expected: ExpectedAnswer): readonly Fact[] {
  const facts = [
    numberFact('late flights', actual.late, expected.late),
    numberFact('windows', actual.windows, expected.windows),
    numberFact('flights in windows', actual.flightsKept, expected.flightsKept),
  ];
  if (expected.sha256 !== undefined) {
    facts.push({
      name: 'sha256 of the sorted lines',
      value: actual.sha256,
      wanted: expected.sha256,
    });
  }
  return facts;
}

function factsOfTotal({ late, flightsKept }: MonitoringAnswer): readonly Fact[] {
  return [numberFact('late flights and flights in windows', late + flightsKept, FLIGHTS)];
}

function numberFact(name: string, value: number, wanted: number): Fact {
  return { name, value: value.toLocaleString('en'), wanted: wanted.toLocaleString('en') };
}

function unknownBound(boundMs: number): string {
  const known = EXPECTED_ANSWERS.map((answer) => formatDuration(answer.boundMs)).join(', ');
  return `      no answer is known for a bound of ${formatDuration(boundMs)}, so only the total was compared; known: ${known}`;
}
