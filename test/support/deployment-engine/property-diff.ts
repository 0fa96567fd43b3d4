// How two sets of properties differ, leaf by leaf, and what `ignoreChanges` makes of the new one. Lists are compared by
// position, as the providers do.

import type { PropertyDiff } from './outcome.ts';
import { joinPath, parsePath, valueAt, withValueAt } from './property-path.ts';
import { isRecord, isSameValue, isSecret, redact } from './property-value.ts';
import type { PropertyMap } from './property-value.ts';

/** The differences from `before` to `after`, in the order of their paths; values are redacted. */
export function diffProperties(before: PropertyMap, after: PropertyMap): readonly PropertyDiff[] {
  return diffValues('', before, after);
}

/**
 * The inputs with what the engine puts at ignored paths: the old value where the old inputs have one, nothing where they have
 * none.
 */
export function ignoreChanges(
  inputs: PropertyMap,
  oldInputs: PropertyMap,
  paths: readonly string[],
): PropertyMap {
  return paths.reduce<PropertyMap>((kept, text) => {
    const path = parsePath(text);
    if (path.length > 1 && valueAt(kept, path.slice(0, -1)) === undefined) {
      throw new Error(`cannot ignore changes to ${text}: a part of the path is missing`);
    }
    return withValueAt(kept, path, valueAt(oldInputs, path)) as PropertyMap;
  }, inputs);
}

function diffValues(path: string, before: unknown, after: unknown): readonly PropertyDiff[] {
  if (isSecret(before) || isSecret(after)) return diffLeaf(path, before, after);
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      diffValues(joinPath(path, index), before[index], after[index]),
    ).flat();
  }
  if (!isRecord(before) || !isRecord(after)) return diffLeaf(path, before, after);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => diffValues(joinPath(path, key), before[key], after[key]));
}

function diffLeaf(path: string, before: unknown, after: unknown): readonly PropertyDiff[] {
  if (isSameValue(before, after)) return [];
  if (before === undefined) return [{ path, kind: 'add', after: redact(after) }];
  if (after === undefined) return [{ path, kind: 'delete', before: redact(before) }];
  return [{ path, kind: 'update', before: redact(before), after: redact(after) }];
}
