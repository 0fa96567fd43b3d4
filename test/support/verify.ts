// `npm run verify`: every check of the house, the same line in CONTRIBUTING and in CI. Each check is a script of
// package.json, so that it can also be run alone. Static checks run two at a time; the tests run after them and alone,
// because they start processes and wait for deadlines. `--static` leaves the tests out.
//   I1. All checks run, whatever fails; the exit code is non-zero if any failed.
//   I2. A passing check prints one line, a failing one everything it said.

import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

const LANES = 2;
/** The longest first, so that the second lane is not left waiting for it. */
const STATIC_CHECKS = ['lint', 'types', 'deps', 'dead', 'format:check'];
const TESTS = 'test';

interface Verdict {
  readonly check: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

async function runCheck(check: string): Promise<Verdict> {
  const startedMs = performance.now();
  const child = spawn('npm', ['run', '--silent', check], { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const passed = await new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
  const seconds = (performance.now() - startedMs) / 1000;
  return { check, passed, seconds, output: Buffer.concat(chunks).toString() };
}

function printVerdict({ check, passed, seconds, output }: Verdict): void {
  if (!passed) console.log(`\n--- npm run ${check} ---\n${output.trimEnd()}\n`);
  const word = passed ? 'passed' : 'FAILED';
  console.log(`${word}  ${check.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s`);
}

/** Runs the checks in `LANES` lanes and prints each as it ends. */
async function runChecks(checks: readonly string[]): Promise<Verdict[]> {
  const waiting = [...checks];
  const verdicts: Verdict[] = [];
  const runLane = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const verdict = await runCheck(check);
      printVerdict(verdict);
      verdicts.push(verdict);
    }
  };
  await Promise.all(Array.from({ length: LANES }, runLane));
  return verdicts;
}

const verdicts = await runChecks(STATIC_CHECKS);
if (!process.argv.includes('--static')) verdicts.push(...(await runChecks([TESTS])));

const failed = verdicts.filter((verdict) => !verdict.passed).map((verdict) => verdict.check);
if (failed.length > 0) {
  console.log(`\nverify: ${failed.length} of ${verdicts.length} failed: ${failed.join(', ')}`);
  process.exitCode = 1;
} else {
  console.log(`\nverify: all ${verdicts.length} checks passed`);
}
