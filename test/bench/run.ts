// `npm run bench [-- name ...]`: every benchmark, or the named ones. Figures are of this machine at this moment: compare
// two versions by turns on the same one. `nexmark` takes `--query q5,q7` and `--events 500000`.

import { parseArgs } from 'node:util';
import { measureIdle } from './idle.ts';
import { measureLatency } from './latency.ts';
import { measureNexmark } from './nexmark.ts';
import { measureSliding } from './sliding.ts';
import { measureStartUp } from './start-up.ts';
import { measureKeyedCount, measureMonitoring } from './throughput.ts';
import type { Figure } from './figures.ts';

const { positionals: names, values } = parseArgs({
  allowPositionals: true,
  options: {
    query: { type: 'string', default: 'all' },
    events: { type: 'string', default: '2000000' },
  },
});

const BENCHMARKS: Readonly<Record<string, () => AsyncIterable<string>>> = {
  'keyed-count': () => linesOf(() => measureKeyedCount(5)),
  monitoring: () => linesOf(() => measureMonitoring(5)),
  sliding: () => linesOf(() => measureSliding(5)),
  latency: () => linesOf(() => measureLatency(12)),
  'start-up': () => linesOf(() => measureStartUp(7)),
  idle: () => linesOf(() => measureIdle(20)),
  nexmark: () => measureNexmark({ query: values.query, events: Number(values.events) }),
};

for (const [name, measure] of Object.entries(BENCHMARKS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  process.stdout.write(`${name}\n`);
  for await (const line of measure()) process.stdout.write(`  ${line}\n`);
}
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  process.stderr.write(
    `No benchmark ${unknown.join(', ')}: there are ${Object.keys(BENCHMARKS).join(', ')}.\n`,
  );
  process.exitCode = 2;
}

async function* linesOf(
  measure: () => readonly Figure[] | Promise<readonly Figure[]>,
): AsyncGenerator<string> {
  for (const { name, spread } of await measure()) yield `${name}\n    ${spread}`;
}
