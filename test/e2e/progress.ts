// What a person sees of a run: a line with the time since its start, and at the end how long each phase took.

interface Phase {
  readonly name: string;
  readonly seconds: number;
}

/** Prints progress. */
export class Progress {
  readonly #startedMs = performance.now();
  readonly #phases: Phase[] = [];

  /** One line. */
  line(text: string): void {
    console.log(`${seconds(performance.now() - this.#startedMs).padStart(8)}  ${text}`);
  }

  /** Runs a part of the run and remembers how long it took. */
  async phase<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    const startedMs = performance.now();
    this.line(name);
    try {
      return await run();
    } finally {
      this.#phases.push({ name, seconds: (performance.now() - startedMs) / 1000 });
    }
  }

  /** The phases in the order they ended. */
  summary(): string {
    return this.#phases
      .map(({ name, seconds: taken }) => `${taken.toFixed(1).padStart(7)} s  ${name}`)
      .join('\n');
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
