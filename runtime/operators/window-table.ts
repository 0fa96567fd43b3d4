// What a general window operator remembers: by key group and key, the windows that are open, each with what it holds, its
// trigger's state and the number of its timers. A snapshot or a rescale takes whole key groups.
//   I1. The windows of a key are in order of start, then end; no two of them are equal.
//   I2. A key without windows takes no room.
//   I3. An entry stands for its (key, window) as long as it `isOpen`; a later window with the same bounds is another entry.

import { hashOfKey, type Key, keyGroupOfHash, type KeyGroupRange } from '../core/key-group.ts';
import { invariant } from '../core/invariant.ts';
import { keyIdentity } from '../core/key-identity.ts';
import type { TimeWindow } from './window-spec.ts';

/** In place of contents where a window holds nothing, because it is new or was purged. */
export const NOTHING = Symbol('nothing');

/** One window of one key. */
export interface WindowEntry {
  readonly owner: KeyWindows;
  readonly window: TimeWindow;
  contents: unknown;
  triggerState: unknown;
  timerCount: number;
  isOpen: boolean;
}

/** The open windows of a key. */
export interface KeyWindows {
  readonly key: Key;
  readonly keyGroup: number;
  /** For this file to change. */
  readonly entries: WindowEntry[];
}

/** How much there is. */
export interface WindowTableSize {
  readonly keys: number;
  readonly windows: number;
}

/** The windows of one operator subtask. */
export class WindowTable {
  readonly #groups: readonly Map<unknown, KeyWindows>[];
  readonly #firstGroup: number;
  readonly #maxParallelism: number;

  constructor(range: KeyGroupRange, maxParallelism: number) {
    const groups = range.end - range.start + 1;
    this.#groups = Array.from({ length: groups }, () => new Map<unknown, KeyWindows>());
    this.#firstGroup = range.start;
    this.#maxParallelism = maxParallelism;
  }

  /** The windows of a key, which is not remembered before one is opened. */
  windowsOf(key: Key): KeyWindows {
    const keyGroup = keyGroupOfHash(hashOfKey(key), this.#maxParallelism);
    return this.#groupAt(keyGroup).get(keyIdentity(key)) ?? { key, keyGroup, entries: [] };
  }

  find({ entries }: KeyWindows, window: TimeWindow): WindowEntry | undefined {
    const entry = entries[positionOf(entries, window)];
    return entry !== undefined && compare(entry.window, window) === 0 ? entry : undefined;
  }

  /** `window` must not be open. */
  open(owner: KeyWindows, window: TimeWindow): WindowEntry {
    const { key, keyGroup, entries } = owner;
    if (entries.length === 0) this.#groupAt(keyGroup).set(keyIdentity(key), owner);
    const entry: WindowEntry = {
      owner,
      window,
      contents: NOTHING,
      triggerState: undefined,
      timerCount: 0,
      isOpen: true,
    };
    entries.splice(positionOf(entries, window), 0, entry);
    return entry;
  }

  close(entry: WindowEntry): void {
    const { key, keyGroup, entries } = entry.owner;
    entries.splice(positionOf(entries, entry.window), 1);
    entry.isOpen = false;
    entry.contents = NOTHING;
    entry.triggerState = undefined;
    if (entries.length === 0) this.#groupAt(keyGroup).delete(keyIdentity(key));
  }

  /** Forgets all windows; returns those that were open. */
  clear(): readonly WindowEntry[] {
    return this.#groups.flatMap((group) => {
      const open = [...group.values()].flatMap(({ entries }) => entries);
      group.clear();
      return open;
    });
  }

  get size(): WindowTableSize {
    const owners = this.#groups.flatMap((group) => [...group.values()]);
    const windows = owners.reduce((count, { entries }) => count + entries.length, 0);
    return { keys: owners.length, windows };
  }

  #groupAt(keyGroup: number): Map<unknown, KeyWindows> {
    const group = this.#groups[keyGroup - this.#firstGroup];
    invariant(group !== undefined, 'a key belongs to a group of its subtask');
    return group;
  }
}

/** Where the window is, or would be. */
function positionOf(entries: readonly WindowEntry[], window: TimeWindow): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare((entries[middle] as WindowEntry).window, window) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(left: TimeWindow, right: TimeWindow): number {
  return left.startMs - right.startMs || left.endMs - right.endMs;
}
