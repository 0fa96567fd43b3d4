// What `jobs/paced.ts` must answer, by arithmetic alone, and how a result differs from it.

/** The parameters of the job that its answer depends on. */
export interface PacedParameters {
  readonly seconds: number;
  readonly recordsPerSecond: number;
  readonly keys: number;
}

/** The lines of all result files, sorted. */
export function expectedLines({ seconds, recordsPerSecond, keys }: PacedParameters): string[] {
  const perKey = recordsPerSecond / keys;
  const lines: string[] = [];
  for (let second = 0; second < seconds; second += 1) {
    for (let key = 0; key < keys; key += 1) {
      // Indices first + keys * 0, 1, … perKey - 1 of this second.
      const first = second * recordsPerSecond + key;
      const sum = perKey * first + keys * ((perKey * (perKey - 1)) / 2);
      lines.push(`key-${key},${second * 1_000},${perKey},${sum}`);
    }
  }
  return lines.sort();
}
