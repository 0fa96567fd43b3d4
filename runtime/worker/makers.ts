// Where a slot finds the makers of sources and sinks. They are loaded when a job needs them: a job that reads no Parquet
// loads no Parquet library.

import type { ConnectorCatalog } from '../connectors/catalog.ts';
import type { SinkMaker, SourceMaker } from '../connectors/connector.ts';
import { EngineError } from '../core/errors.ts';

/** The makers that one job needs, loaded. */
export interface LoadedMakers {
  readonly source: (kind: string) => SourceMaker;
  readonly sink: (kind: string) => SinkMaker;
}

/** Throws `JOB_INVALID` for a kind that nobody makes. */
export async function loadMakers(
  catalog: ConnectorCatalog,
  sourceKinds: readonly string[],
  sinkKinds: readonly string[],
): Promise<LoadedMakers> {
  const sources = await loadAll(catalog.sources, sourceKinds, 'source');
  const sinks = await loadAll(catalog.sinks, sinkKinds, 'sink');
  return { source: (kind) => find(sources, kind), sink: (kind) => find(sinks, kind) };
}

async function loadAll<Maker>(
  loaders: Readonly<Record<string, () => Promise<Maker>>>,
  kinds: readonly string[],
  what: string,
): Promise<Map<string, Maker>> {
  const loaded = new Map<string, Maker>();
  for (const kind of new Set(kinds)) {
    const load = loaders[kind];
    if (load === undefined) {
      throw new EngineError(
        'JOB_INVALID',
        `No ${what} connector is called "${kind}". There are: ${Object.keys(loaders).join(', ')}.`,
      );
    }
    loaded.set(kind, await load());
  }
  return loaded;
}

function find<Maker>(makers: ReadonlyMap<string, Maker>, kind: string): Maker {
  const maker = makers.get(kind);
  if (maker === undefined)
    throw new EngineError('INVARIANT_BROKEN', `No maker "${kind}" is loaded.`);
  return maker;
}
