// Merging windows (Flink: MergingWindowSet and its use by WindowOperator): a record's new window joins the open windows of
// its key, which may become one.
//   I1. The trigger hears of a merge before any contents move: `onMerge` for the new window, then `clear` for each old one.
//   I2. Contents are merged into those of the first of the old windows, in order of start.
//   I3. A window that lies within an open one changes nothing, and neither does one that equals it. (Flink loses the records
//       of an open window when a dynamic gap makes a new window of exactly its bounds.)

import { EngineError } from '../core/errors.ts';
import type { WindowMerge } from './general-window-spec.ts';
import type { TimeWindow } from './window-spec.ts';
import type { KeyWindows, WindowEntry, WindowTable } from './window-table.ts';

/** What the operator does around a merge. */
export interface MergeHooks {
  readonly merge: (windows: readonly TimeWindow[]) => Iterable<WindowMerge>;
  /** Before anything changes; throws when the merged window would be over already. */
  readonly beforeMerge: (into: TimeWindow) => void;
  /** `merged` is open and empty, `old` are still open. Moves trigger and contents, and closes `old`. */
  readonly onMerge: (merged: WindowEntry, old: readonly WindowEntry[]) => void;
}

/** The window to which a record with the new window belongs; not necessarily open yet. */
export function mergeWindow(
  table: WindowTable,
  owner: KeyWindows,
  added: TimeWindow,
  hooks: MergeHooks,
): TimeWindow {
  if (owner.entries.length === 0 || table.find(owner, added) !== undefined) return added; // I3
  let result = added;
  for (const { into, from } of hooks.merge(inOrder(owner, added))) {
    if (from.some((window) => isSame(window, added))) result = into;
    const old = from
      .filter((window) => !isSame(window, added))
      .map((window) => openWindow(table, owner, window));
    const [only] = old;
    if (only === undefined || (old.length === 1 && isSame(only.window, into))) continue; // I3
    hooks.beforeMerge(into);
    hooks.onMerge(openMerged(table, owner, into), old);
  }
  return result;
}

/** In order of start, then end, without building what is there already. */
function inOrder({ entries }: KeyWindows, added: TimeWindow): readonly TimeWindow[] {
  const windows = entries.map(({ window }) => window);
  const position = windows.findIndex(
    ({ startMs, endMs }) =>
      startMs > added.startMs || (startMs === added.startMs && endMs > added.endMs),
  );
  windows.splice(position < 0 ? windows.length : position, 0, added);
  return windows;
}

function openWindow(table: WindowTable, owner: KeyWindows, window: TimeWindow): WindowEntry {
  const entry = table.find(owner, window);
  if (entry !== undefined) return entry;
  throw new EngineError(
    'JOB_INVALID',
    `The window assigner merges [${window.startMs}, ${window.endMs}), which is not a window it was asked about.`,
  );
}

function openMerged(table: WindowTable, owner: KeyWindows, into: TimeWindow): WindowEntry {
  if (table.find(owner, into) === undefined) return table.open(owner, into);
  throw new EngineError(
    'JOB_INVALID',
    `The window assigner merges several windows into [${into.startMs}, ${into.endMs}), which is one of them or ` +
      'another open window: merge into a window that covers them all.',
  );
}

function isSame(left: TimeWindow, right: TimeWindow): boolean {
  return left.startMs === right.startMs && left.endMs === right.endMs;
}
