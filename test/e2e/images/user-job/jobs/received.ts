// The orders that the job reads: a file of its own, as a job of some size has them.

export interface Order {
  readonly customer: string;
  readonly cents: number;
  readonly atMs: number;
}

export const ORDERS: readonly Order[] = Array.from({ length: 1_000 }, (_, index) => ({
  customer: ['ann', 'bob', 'eve'][index % 3] ?? 'nobody',
  cents: index,
  atMs: index,
}));
