// Quantiles of the latency at a fixed rate, for a buffer timeout.

import { runEmbedded } from '../support/embedded.ts';
import type { Figure } from './figures.ts';

const JOB = new URL('./jobs/latency.ts', import.meta.url);

/** 50,000 records a second at parallelism 2, in one worker and over two. */
export async function measureLatency(seconds: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const workers of [1, 2]) {
    for (const bufferTimeout of ['1ms', '10ms']) {
      const execution = await runEmbedded(
        JOB,
        { seconds },
        {
          workers,
          slots: 2 / workers,
          parallelism: 2,
          environment: { MILLRACE_BUFFER_TIMEOUT: bufferTimeout },
        },
      );
      const sorted = (execution.collected as number[]).toSorted((left, right) => left - right);
      const at = (share: number): string =>
        (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(2);
      figures.push({
        name: `latency at 50,000 records/s, buffer timeout ${bufferTimeout}, ${workers} worker(s)`,
        spread: `p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  p99.9 ${at(0.999)}  max ${at(1)} ms (${sorted.length} samples)`,
      });
    }
  }
  return figures;
}
