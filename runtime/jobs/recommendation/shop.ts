// Where interactions and the catalogue come from: the generator, or files.

import {
  boundedOutOfOrderness,
  type Environment,
  generate,
  monotonousTimestamps,
  noWatermarks,
  type Stream,
} from 'millrace';
import {
  countUpdates,
  disorderMs,
  interactionAt,
  type ShopOptions,
  updateAt,
} from './generator.ts';
import { CatalogueUpdate, Interaction } from './interactions.ts';
import { loadJsonLines, readJsonLines, type RefusedLine } from './json-lines.ts';

/** The generator's options, or the files to read instead. */
export interface ShopSource extends ShopOptions {
  readonly input?: string | undefined;
  readonly catalogue?: string | undefined;
  /** How far the lines of files may be out of order; any distance when absent. */
  readonly maxOutOfOrderness?: number | undefined;
}

/** What happens in a shop. */
export interface Shop {
  readonly interactions: Stream<Interaction>;
  readonly catalogue: Stream<CatalogueUpdate>;
  /** Lines of files that are neither. */
  readonly refused?: Stream<RefusedLine>;
}

const timestamp = ({ atMs }: { readonly atMs: number }): number => atMs;

/** The streams of a shop, in event time. Updates come from one subtask, so that those of one time stay in order. */
export function shopOf(env: Environment, source: ShopSource): Shop {
  const { input, catalogue, maxOutOfOrderness: boundMs } = source;
  if (input === undefined || catalogue === undefined) return generatedShop(env, source);
  const watermarks =
    boundMs === undefined
      ? noWatermarks({ timestamp })
      : boundedOutOfOrderness(boundMs, { timestamp });
  const happened = readJsonLines(env, {
    path: input,
    name: 'interactions',
    schema: Interaction,
  });
  const updates = readJsonLines(env, {
    path: catalogue,
    name: 'catalogue',
    schema: CatalogueUpdate,
    subtasks: 1,
  });
  return {
    interactions: happened.records.withTimestamps(watermarks).uid('interaction-times'),
    catalogue: updates.records.withTimestamps(watermarks).uid('catalogue-times').parallelism(1),
    refused: happened.refused.union(updates.refused),
  };
}

/** The same, as lists: for the check. */
export async function loadShop(source: ShopSource): Promise<{
  readonly interactions: readonly Interaction[];
  readonly catalogue: readonly CatalogueUpdate[];
}> {
  const { input, catalogue } = source;
  if (input === undefined || catalogue === undefined) return listShop(source);
  return {
    interactions: await loadJsonLines(input, Interaction),
    catalogue: await loadJsonLines(catalogue, CatalogueUpdate),
  };
}

/** Everything that the generator makes. */
export function listShop(options: ShopOptions): {
  readonly interactions: readonly Interaction[];
  readonly catalogue: readonly CatalogueUpdate[];
} {
  const { interactions } = options;
  return {
    interactions: Array.from({ length: interactions }, (_, n) => interactionAt(n, options)),
    catalogue: Array.from({ length: countUpdates(options) }, (_, n) => updateAt(n, options)),
  };
}

function generatedShop(env: Environment, options: ShopOptions): Shop {
  return {
    interactions: env
      .from(
        generate({
          count: options.interactions,
          make: (index) => interactionAt(index, options),
        }),
        { watermarks: boundedOutOfOrderness(disorderMs(options), { timestamp }) },
      )
      .named('interactions')
      .uid('interactions')
      .typed(Interaction),
    catalogue: env
      .from(generate({ count: countUpdates(options), make: (index) => updateAt(index, options) }), {
        watermarks: monotonousTimestamps({ timestamp }),
      })
      .named('catalogue')
      .uid('catalogue')
      .parallelism(1)
      .typed(CatalogueUpdate),
  };
}
