// `npm run bench [-- name ...]`: every benchmark, or the named ones. Figures are of this machine at this moment: compare
// two versions by turns on the same one.

import { measureIdle } from './idle.ts';
import { measureLatency } from './latency.ts';
import { measureSliding } from './sliding.ts';
import { measureStartUp } from './start-up.ts';
import { measureKeyedCount, measureMonitoring } from './throughput.ts';
import type { Figure } from './figures.ts';

const BENCHMARKS: Readonly<Record<string, () => readonly Figure[] | Promise<readonly Figure[]>>> = {
  'keyed-count': () => measureKeyedCount(5),
  monitoring: () => measureMonitoring(5),
  sliding: () => measureSliding(5),
  latency: () => measureLatency(12),
  'start-up': () => measureStartUp(7),
  idle: () => measureIdle(20),
};

const names = process.argv.slice(2);
for (const [name, measure] of Object.entries(BENCHMARKS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  process.stdout.write(`${name}\n`);
  for (const figure of await measure())
    process.stdout.write(`  ${figure.name}\n    ${figure.spread}\n`);
}
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  process.stderr.write(
    `No benchmark ${unknown.join(', ')}: there are ${Object.keys(BENCHMARKS).join(', ')}.\n`,
  );
  process.exitCode = 2;
}
