// The answer of jobs/patterns.ts, worked out by loops over each card's payments in order of time.

import { type Payment, payment, WITHIN_MS } from './jobs/patterns.ts';

/** All results of `jobs/patterns.ts`. */
export function patternAnswer(records: number): readonly unknown[] {
  const payments = Array.from({ length: records }, (_, index) => payment(index));
  const cards = [...new Set(payments.map(({ card }) => card))];
  return cards.flatMap((card) => {
    const mine = payments
      .filter((one) => one.card === card)
      .toSorted((left, right) => left.atMs - right.atMs);
    return [...growth(mine), ...unrefunded(mine), ...runs(mine)];
  });
}

function result(branch: string, timestampMs: number, payments: readonly Payment[]): unknown {
  const amounts = payments.map(({ amount }) => amount);
  return { branch, key: payments[0]?.card, timestampMs, amounts };
}

/** What follows a payment in time, the payment left out. */
function after(mine: readonly Payment[], { atMs }: Payment): readonly Payment[] {
  return mine.filter((other) => other.atMs > atMs && other.atMs < atMs + WITHIN_MS);
}

function growth(mine: readonly Payment[]): readonly unknown[] {
  return mine
    .filter(({ amount }) => amount >= 0 && amount < 20)
    .map((small) => {
      const larger = after(mine, small).find(({ amount }) => amount > 2 * small.amount + 20);
      return larger === undefined
        ? result('none', small.atMs + WITHIN_MS, [small])
        : result('growth', larger.atMs, [small, larger]);
    });
}

function unrefunded(mine: readonly Payment[]): readonly unknown[] {
  return mine
    .filter(({ amount }) => amount > 50)
    .filter((large) => after(mine, large).every(({ amount }) => amount >= 0))
    .flatMap((large) => [
      result('unrefunded', large.atMs + WITHIN_MS, [large]),
      { branch: 'output', amount: large.amount },
    ]);
}

function runs(mine: readonly Payment[]): readonly unknown[] {
  const results: unknown[] = [];
  let run: Payment[] = [];
  for (const one of mine) {
    run.push(one);
    if (one.amount >= 0) continue;
    if (run.length > 1) results.push(result('run', one.atMs, run));
    run = [];
  }
  return results;
}
