// The answers that are known for the 3,000,000 flights, found by programs that share nothing with the engine
// (test/support/monitoring-reference.ts is one of them).

/** The answer for one bound of lateness. */
export interface ExpectedAnswer {
  readonly boundMs: number;
  /** Flights that were reported after their hour was closed. */
  readonly late: number;
  /** Hours of an origin with a flight: lines of the result. */
  readonly windows: number;
  /** Flights that count in a window. */
  readonly flightsKept: number;
  /** Of the result's lines, sorted bytewise, each ended by a newline; where it was computed. */
  readonly sha256: string | undefined;
}

/** Every flight is either kept or late. */
export const FLIGHTS = 3_000_000;

const HOUR_MS = 3_600_000;

/** By bound, ascending. */
export const EXPECTED_ANSWERS: readonly ExpectedAnswer[] = [
  { boundMs: 0, late: 1_654_948, windows: 308_421, flightsKept: 1_345_052, sha256: undefined },
  { boundMs: HOUR_MS, late: 201_933, windows: 409_908, flightsKept: 2_798_067, sha256: undefined },
  {
    boundMs: 6 * HOUR_MS,
    late: 22_112,
    windows: 421_232,
    flightsKept: 2_977_888,
    sha256: undefined,
  },
  {
    boundMs: 24 * HOUR_MS,
    late: 15,
    windows: 424_259,
    flightsKept: 2_999_985,
    sha256: '498a7fcc440a1cc860dc5a5bf1e47ef4dab7f5d162f219625a8e5f8677d65263',
  },
  {
    boundMs: 48 * HOUR_MS,
    late: 0,
    windows: 424_259,
    flightsKept: 3_000_000,
    sha256: '480cf780fa810eedffc4ad95d6258ef14d21cdb60887295a8e37bffdc521d39d',
  },
];
