// What the monitoring job says at its end: where, and when, the most delay came together.

import { parseWindowLine, readWindowLines, type WindowLine } from './results.ts';

/** Origins named in the summary. */
const ORIGINS_SHOWN = 5;

/** The origins with the worst hours, by the total delay of one hour; one line an origin, its worst hour. */
export async function worstHours(out: string, count = ORIGINS_SHOWN): Promise<readonly string[]> {
  const worst = rankWorstHours((await readWindowLines(out)).map(parseWindowLine), count);
  return [
    'Worst hour of an origin, by the total delay of its flights:',
    ...worst.map(
      ({ origin, startMs, flights, sumDelay, maxDelay }) =>
        `  ${origin}  ${new Date(startMs).toISOString().slice(0, 16).replace('T', ' ')}  ` +
        `${sumDelay.toLocaleString('en')} min in ${flights} flights, the latest by ${maxDelay.toLocaleString('en')} min`,
    ),
  ];
}

/** Each origin's hour with the most delay in total; the worst origins first, ties by name. */
function rankWorstHours(windows: readonly WindowLine[], count: number): readonly WindowLine[] {
  const worstByOrigin = new Map<string, WindowLine>();
  for (const window of windows) {
    const worst = worstByOrigin.get(window.origin);
    if (worst === undefined || isWorse(window, worst)) worstByOrigin.set(window.origin, window);
  }
  return [...worstByOrigin.values()]
    .sort((left, right) => right.sumDelay - left.sumDelay || (left.origin < right.origin ? -1 : 1))
    .slice(0, count);
}

/** More delay; of two hours with as much, the earlier, so that the summary does not depend on the order of lines. */
function isWorse(window: WindowLine, than: WindowLine): boolean {
  if (window.sumDelay !== than.sumDelay) return window.sumDelay > than.sumDelay;
  return window.startMs < than.startMs;
}
