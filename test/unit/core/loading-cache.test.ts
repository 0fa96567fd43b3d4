// core/loading-cache.ts: what is kept, for how long, and who waits for whom.

import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../runtime/core/clock.ts';
import { type CacheLimits, LoadingCache } from '../../../runtime/core/loading-cache.ts';

interface Call {
  readonly key: string;
  readonly signal: AbortSignal;
  readonly resolve: (value: string | undefined) => void;
  readonly reject: (error: Error) => void;
}

function open(limits: Partial<CacheLimits> = {}) {
  const clock = new ManualClock();
  const calls: Call[] = [];
  const cache = new LoadingCache<string, string>(
    { entriesMax: 2, ttlMs: 100, ...limits },
    clock,
    (key, signal) =>
      new Promise((resolve, reject) => {
        calls.push({ key, signal, resolve, reject });
      }),
  );
  const get = (key: string, signal = new AbortController().signal) => cache.get(key, key, signal);
  /** Asks for what has to be loaded. */
  const ask = async (key: string, signal?: AbortSignal) => get(key, signal);
  /** Loads a key to its end. */
  const load = async (key: string, value: string | undefined = key): Promise<void> => {
    const found = get(key);
    calls.at(-1)?.resolve(value);
    await found;
  };
  return { clock, calls, get, ask, load };
}

describe('a loading cache', () => {
  it('gives a value at once for as long as it lives (I2)', async () => {
    const { clock, calls, get, load } = open();
    await load('a');
    clock.advance(99);
    expect(get('a')).toBe('a');
    clock.advance(1);
    expect(get('a')).toBeInstanceOf(Promise);
    expect(calls).toHaveLength(2);
  });

  it('keeps that there is nothing (I2)', async () => {
    const { calls, get, load } = open();
    const found = get('a');
    calls[0]?.resolve(undefined);
    expect(await found).toBeUndefined();
    expect(get('a')).toBeUndefined();
    await load('b');
    expect(calls).toHaveLength(2);
  });

  it('forgets what was not asked for the longest (I1)', async () => {
    const { calls, get, load } = open();
    await load('a');
    await load('b');
    expect(get('a')).toBe('a');
    await load('c');
    expect([get('a'), get('c')]).toStrictEqual(['a', 'c']);
    expect(get('b')).toBeInstanceOf(Promise);
    expect(calls.map(({ key }) => key)).toStrictEqual(['a', 'b', 'c', 'b']);
  });

  it('loads a key once for all who ask meanwhile', async () => {
    const { calls, ask } = open();
    const found = [ask('a'), ask('a')];
    calls[0]?.resolve('value');
    expect(await Promise.all(found)).toStrictEqual(['value', 'value']);
    expect(calls).toHaveLength(1);
  });

  it('does not keep a failure, and tells all who wait (I3)', async () => {
    const { calls, get, ask } = open();
    const found = [ask('a'), ask('a')];
    calls[0]?.reject(new Error('down'));
    expect(await Promise.allSettled(found)).toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    expect(get('a')).toBeInstanceOf(Promise);
    expect(calls).toHaveLength(2);
  });

  it('aborts a load when the last one has given up, and loads anew for the next (I3)', async () => {
    const { calls, get, ask } = open();
    const [one, other] = [new AbortController(), new AbortController()];
    void ask('a', one.signal);
    void ask('a', other.signal);
    one.abort();
    expect(calls[0]?.signal.aborted).toBe(false);
    other.abort();
    expect(calls[0]?.signal.aborted).toBe(true);
    const found = get('a');
    calls[0]?.resolve('old');
    calls[1]?.resolve('new');
    expect(await found).toBe('new');
    expect(get('a')).toBe('new');
  });
});
