// Values in order of time, found again by their exact time. New ones mostly come after those that are there.

/** A few values by time. */
export class TimeSeries<T> {
  readonly #byTime = new Map<number, T>();
  readonly #timesMs: number[] = []; // ascending

  at(timeMs: number): T | undefined {
    return this.#byTime.get(timeMs);
  }

  first(): T | undefined {
    const firstMs = this.#timesMs[0];
    return firstMs === undefined ? undefined : this.#byTime.get(firstMs);
  }

  /** The values of times in `[fromMs, untilMs)`, in order of time. */
  between(fromMs: number, untilMs: number): T[] {
    const found: T[] = [];
    for (const timeMs of this.#timesMs) {
      if (timeMs >= untilMs) break;
      const value = this.#byTime.get(timeMs);
      if (timeMs >= fromMs && value !== undefined) found.push(value);
    }
    return found;
  }

  /** Adds a value at a time that has none. */
  insert(timeMs: number, value: T): void {
    let index = this.#timesMs.length;
    while (index > 0 && (this.#timesMs[index - 1] as number) > timeMs) index--;
    this.#timesMs.splice(index, 0, timeMs);
    this.#byTime.set(timeMs, value);
  }

  removeFirst(): T | undefined {
    const firstMs = this.#timesMs.shift();
    if (firstMs === undefined) return undefined;
    const first = this.#byTime.get(firstMs);
    this.#byTime.delete(firstMs);
    return first;
  }
}
