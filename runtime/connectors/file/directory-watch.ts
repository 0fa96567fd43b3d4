// Tells a follower at once that something changed in the directories of its files. A convenience: where the operating
// system cannot report changes, or the bound is reached, the follower's own regular look finds them a little later.

import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../../core/log.ts';

/** Directories watched by one follower; each takes a resource of the kernel. */
const WATCHED_DIRECTORIES_MAX = 64;

/** Watches directories, not files: a watched file that is renamed would no longer say what happens at its path. */
export class DirectoryWatch {
  readonly #log: Log;
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher | 'unwatchable'>();

  constructor(log: Log, onChange: () => void) {
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Adds the directories of these paths; ones that cannot be watched are tried once and left alone. */
  watchDirectoriesOf(paths: readonly string[]): void {
    for (const path of paths) {
      const directory = dirname(path);
      if (this.#watchers.has(directory)) continue;
      if (this.#watchers.size >= WATCHED_DIRECTORIES_MAX) return;
      this.#watchers.set(directory, this.#watchDirectory(directory));
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) {
      if (watcher !== 'unwatchable') watcher.close();
    }
    this.#watchers.clear();
  }

  #watchDirectory(directory: string): FSWatcher | 'unwatchable' {
    try {
      const watcher = watch(directory, { persistent: false }, () => {
        this.#onChange();
      });
      watcher.on('error', (error) => {
        this.#log.debug('directory no longer watched', { directory, reason: error.message });
        watcher.close();
      });
      return watcher;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.debug('directory cannot be watched', { directory, reason });
      return 'unwatchable';
    }
  }
}
