// What server-side apply makes of ignored paths (the provider's handleSSAIgnoreFields): a field that another manager owns is
// left out of the request; any other is sent as it is in the cluster, so that it is neither lost nor changed.

import { parsePath, valueAt, withValueAt } from '../property-path.ts';
import type { PropertyPath } from '../property-path.ts';
import { isRecord } from '../property-value.ts';
import type { PropertyMap } from '../property-value.ts';
import type { KubernetesObject } from './api-client.ts';

/** The manifest to send for an update that ignores some paths. */
export function keepIgnoredFields(
  manifest: PropertyMap,
  live: KubernetesObject,
  ignored: { readonly paths: readonly string[]; readonly fieldManager: string },
): PropertyMap {
  return ignored.paths.reduce<PropertyMap>((kept, text) => {
    const path = parsePath(text);
    if (path.some((part) => typeof part === 'number')) {
      throw new Error(`the provider does not ignore ${text}: paths into lists are not supported`);
    }
    const owners = ownersOf(live, path);
    const isTheirs = owners.length > 0 && !owners.includes(ignored.fieldManager);
    if (isTheirs) return withValueAt(kept, path, undefined) as PropertyMap;
    const value = valueAt(live, path);
    return value === undefined ? kept : (withValueAt(kept, path, value) as PropertyMap);
  }, manifest);
}

/** The managers of a field. */
function ownersOf({ metadata }: KubernetesObject, path: PropertyPath): readonly string[] {
  const owning = (metadata.managedFields ?? []).filter(({ fieldsV1 }) => ownsField(fieldsV1, path));
  return owning.map(({ manager }) => manager);
}

function ownsField(fields: unknown, path: PropertyPath): boolean {
  const [part, ...rest] = path;
  if (part === undefined) return fields !== undefined;
  return isRecord(fields) && ownsField(fields[`f:${part}`], rest);
}
