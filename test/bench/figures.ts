// How benchmarks report: median, minimum and maximum of several rounds, never a single run.

export interface Figure {
  readonly name: string;
  readonly spread: string;
}

/** `612 ms (580–701, 7 rounds)`. */
export function describeSpread(values: readonly number[], unit: string): string {
  const sorted = values.toSorted((left, right) => left - right);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  return `${format(median)} ${unit} (${format(least)}–${format(most)}, ${values.length} rounds)`;
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}
