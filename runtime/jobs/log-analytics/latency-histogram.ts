// Quantiles of latencies in little space: DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch
// with relative-error guarantees", PVLDB 12(12), 2019), with a fixed range instead of collapsing buckets.
//   I1. A quantile is within `RELATIVE_ERROR` of the exact one, for latencies from `LATENCY_MS_MIN` to `LATENCY_MS_MAX`;
//       what is outside counts as the end of the range.
//   I2. Merging gives exactly what adding all values to one histogram would have given.
//   I3. Plain data: survives JSON, and its size depends on the spread of the values, not on their number.

/** Of any quantile. */
export const RELATIVE_ERROR = 0.01;
/** Less than this is no time at all: one microsecond. */
export const LATENCY_MS_MIN = 0.001;
/** A little more than a day. */
export const LATENCY_MS_MAX = 1e8;

/** A bucket's upper end is this many times its lower end. */
const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const BUCKETS_PER_E = 1 / Math.log(GROWTH);

/** Counts of latencies by bucket. Bucket k holds what is above `GROWTH ** (k - 1)` and at most `GROWTH ** k`. */
export interface LatencyHistogram {
  count: number;
  /** The number of the first bucket of `counts`. */
  first: number;
  /** Without gaps, from the lowest bucket in use to the highest. */
  counts: number[];
}

/** An empty histogram. */
export function createHistogram(): LatencyHistogram {
  return { count: 0, first: 0, counts: [] };
}

/** Counts one latency; changes the histogram and returns it. */
export function addLatency(histogram: LatencyHistogram, latencyMs: number): LatencyHistogram {
  addCount(histogram, bucketOf(latencyMs), 1);
  return histogram;
}

/** Adds the counts of `other`; changes `histogram` and returns it. */
export function mergeHistogram(
  histogram: LatencyHistogram,
  other: LatencyHistogram,
): LatencyHistogram {
  other.counts.forEach((count, index) => {
    if (count > 0) addCount(histogram, other.first + index, count);
  });
  return histogram;
}

/** The latency below which this share (0 to 1) lies, of n values the one of rank `floor(share * (n - 1))`; undefined of none. */
export function latencyQuantile(histogram: LatencyHistogram, share: number): number | undefined {
  const rank = Math.floor(share * (histogram.count - 1));
  let seen = 0;
  for (const [index, count] of histogram.counts.entries()) {
    seen += count;
    if (seen > rank) return valueOf(histogram.first + index);
  }
  return undefined;
}

function bucketOf(latencyMs: number): number {
  const within = Math.min(Math.max(latencyMs, LATENCY_MS_MIN), LATENCY_MS_MAX);
  return Math.ceil(Math.log(within) * BUCKETS_PER_E) + 0; // never -0, which JSON turns into 0
}

/** The middle of a bucket: as far, relatively, from its lower end as from its upper. */
function valueOf(bucket: number): number {
  return (2 * GROWTH ** bucket) / (GROWTH + 1);
}

function addCount(histogram: LatencyHistogram, bucket: number, count: number): void {
  const { counts } = histogram;
  if (counts.length === 0) histogram.first = bucket;
  for (; bucket < histogram.first; histogram.first--) counts.unshift(0);
  const index = bucket - histogram.first;
  while (counts.length <= index) counts.push(0);
  counts[index] = (counts[index] ?? 0) + count;
  histogram.count += count;
}
