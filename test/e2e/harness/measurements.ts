// Figures that scenarios take on the way, for the table in docs/kubernetes.md.

/** Shows how long something took that began at `startMs` of `performance.now()`. */
export function recordTime(what: string, startMs: number): void {
  record(what, (performance.now() - startMs) / 1_000, 's');
}

/** Shows one figure of this run among its output. */
export function record(what: string, value: number, unit: string): void {
  console.log(`measured: ${what}: ${value.toFixed(1)} ${unit}`);
}
