// Maps that every subtask holds whole, because each gets all the records they are made of. They belong to no key.
//   I1. Only the side that gets those records writes; the other holds a view of the same map that reads, so that all
//       subtasks agree. The compiler knows that, and so does the view.

import { EngineError } from '../core/errors.ts';
import type { MapState, ReadonlyMapState } from './state.ts';

/** The broadcast states of one subtask, by name, as each side sees them. */
export interface BroadcastStates {
  readonly writable: Readonly<Record<string, MapState<unknown, unknown>>>;
  readonly readable: Readonly<Record<string, ReadonlyMapState<unknown, unknown>>>;
}

/** Empty maps of these names. */
export function openBroadcastStates(names: readonly string[]): BroadcastStates {
  const maps = names.map((name) => [name, new Map<unknown, unknown>()] as const);
  const open = (access: 'read' | 'write'): Readonly<Record<string, BroadcastMap>> =>
    Object.fromEntries(maps.map(([name, map]) => [name, new BroadcastMap(name, map, access)]));
  return { writable: open('write'), readable: open('read') };
}

class BroadcastMap implements MapState<unknown, unknown> {
  readonly #name: string;
  readonly #entries: Map<unknown, unknown>;
  readonly #access: 'read' | 'write';

  constructor(name: string, entries: Map<unknown, unknown>, access: 'read' | 'write') {
    this.#name = name;
    this.#entries = entries;
    this.#access = access;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: unknown): unknown {
    return this.#entries.get(key);
  }

  has(key: unknown): boolean {
    return this.#entries.has(key);
  }

  isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  keys(): MapIterator<unknown> {
    return this.#entries.keys();
  }

  values(): MapIterator<unknown> {
    return this.#entries.values();
  }

  entries(): MapIterator<[unknown, unknown]> {
    return this.#entries.entries();
  }

  set(key: unknown, value: unknown): void {
    this.#writable().set(key, value);
  }

  delete(key: unknown): void {
    this.#writable().delete(key);
  }

  clear(): void {
    this.#writable().clear();
  }

  #writable(): Map<unknown, unknown> {
    if (this.#access === 'write') return this.#entries;
    throw new EngineError(
      'USER_FUNCTION_FAILED',
      `The broadcast state "${this.#name}" is read-only here, or the subtasks would not agree on it: write it in onBroadcast.`,
    );
  }
}
