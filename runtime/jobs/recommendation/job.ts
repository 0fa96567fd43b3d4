// What users may want next: items that went together in the sessions of others, for each user who was there, at the end of
// every day (`every`). The result of a day is what was known by its end in event time: every step is a window of event
// time over the results of the one before, so no result depends on the order in which anything arrived.

import { z } from 'zod';
import {
  coGroup,
  connectBroadcast,
  count,
  defineJob,
  durationMs,
  jsonLinesFile,
  mapState,
  type OperatorStream,
  session,
  sliding,
  type Stream,
  tumbling,
  windowJoin,
} from 'millrace';
import { basketOfSession, historyOfBaskets, pairsOf } from './baskets.ts';
import { addVersion, offersAt } from './catalogue.ts';
import { checkRecommendations } from './check.ts';
import type { CatalogueUpdate } from './interactions.ts';
import { rankOffers, rankRelated, type Scored } from './ranking.ts';
import { Recommendation, resultDirectory } from './results.ts';
import { shopOf } from './shop.ts';
import { describeRecommendations } from './summary.ts';

const Pair = z.object({ item: z.string(), other: z.string() });

const parameters = z
  .object({
    interactions: z.int().min(0).default(20_000).describe('how many interactions to make'),
    users: z.int().min(1).default(500).describe('how many users there are'),
    items: z.int().min(1).default(200).describe('how many items there are'),
    span: durationMs().prefault('3d').describe('the time in which it happens'),
    input: z
      .string()
      .optional()
      .describe('JSON Lines file or pattern of interactions to read instead; with --catalogue'),
    catalogue: z
      .string()
      .optional()
      .describe('JSON Lines file or pattern of catalogue updates; with --input'),
    maxOutOfOrderness: durationMs()
      .optional()
      .describe('how far lines may be out of order; any distance without, in memory until the end'),
    gap: durationMs().prefault('30m').describe('a session ends after so long without its user'),
    every: durationMs().prefault('1d').describe('how often recommendations are made'),
    horizon: durationMs()
      .prefault('7d')
      .describe('how far back sessions count; a multiple of --every'),
    related: z.int().min(1).default(10).describe('how many related items an item keeps'),
    minTogether: z.int().min(1).default(2).describe('baskets that make two items related'),
    top: z.int().min(1).default(5).describe('how many items a user is offered'),
    out: z.string().default('out').describe('folder for recommendation/{offers,dead-letters,late}'),
  })
  .refine(({ input, catalogue }) => (input === undefined) === (catalogue === undefined), {
    path: ['catalogue'],
    error: 'interactions from files need a catalogue from files, and the other way round',
  })
  .refine(({ every, horizon }) => every > 0 && horizon % every === 0 && horizon > 0, {
    path: ['horizon'],
    error: 'must be a multiple of every',
  });

export default defineJob({
  name: 'recommendation',
  description: 'Items that users may want next, from what went together in sessions.',
  parameters,
  build(env, { gap, every, horizon, top, out, ...options }) {
    const shop = shopOf(env, options);
    const recent = sliding({ sizeMs: horizon, slideMs: every });
    const moment = tumbling({ sizeMs: every });
    const sink = <T>(name: Parameters<typeof resultDirectory>[1]) =>
      jsonLinesFile<T>({ directory: resultDirectory(out, name) });

    const baskets = shop.interactions
      .keyBy('user')
      .window(session({ gapMs: gap }))
      .accumulate(basketOfSession, (items, user, { endMs }) => ({ user, endMs, ...items }))
      .named('baskets')
      .uid('baskets');

    const related = baskets
      .flatMap(pairsOf, { type: Pair })
      .named('pairs')
      .keyBy(['item', 'other'])
      .window(recent)
      .aggregate({ baskets: count() })
      .named('pair counts')
      .uid('pair-counts')
      .keyBy('item')
      .window(moment)
      .process((counts, item) => ({ item, related: rankRelated(item, counts, options) }))
      .named('related items')
      .uid('related-items');

    const histories = baskets
      .keyBy('user')
      .window(recent)
      .accumulate(historyOfBaskets, (history, user, { endMs }) => ({
        user,
        asOfMs: endMs,
        ...history,
      }))
      .named('histories')
      .uid('histories')
      .filter(({ asOfMs, lastEndMs }) => lastEndMs > asOfMs - every)
      .named('of users who were there');

    const fits = windowJoin({
      left: histories
        .flatMap(({ user, seen }) => seen.map((item) => ({ user, item })))
        .keyBy('item'),
      right: related.keyBy('item'),
      window: moment,
      join: ({ user }, { related: items }) => ({ user, items }),
    })
      .named('what fits')
      .uid('what-fits');

    const candidates = coGroup({
      left: fits.keyBy('user'),
      right: histories.keyBy('user'),
      window: moment,
      coGroup: (left, right, { key: user }) =>
        right.map(({ asOfMs, wanted }) => ({
          user,
          asOfMs,
          items: rankOffers(
            left.map(({ items }) => items),
            wanted,
          ),
        })),
    })
      .named('candidates')
      .uid('candidates');

    availableOffers(candidates, shop.catalogue, top)
      .to(sink('offers'))
      .named('offers')
      .uid('offers');
    baskets.late().to(sink('late')).named('late interactions').uid('late-interactions');
    shop.refused?.to(sink('dead-letters')).named('dead letters').uid('dead-letters');
  },
  summarize: ({ parameters: { out } }) => describeRecommendations(out),
  check: ({ parameters }) => checkRecommendations(parameters),
});

/** What a user is a candidate for, at the end of a day. */
interface Candidates {
  readonly user: string;
  readonly asOfMs: number;
  readonly items: readonly Scored[];
}

/** The first candidates that the catalogue has at that moment: known once event time, which both sides make, is there. */
function availableOffers(
  candidates: Stream<Candidates>,
  catalogue: Stream<CatalogueUpdate>,
  top: number,
): OperatorStream<Recommendation> {
  return connectBroadcast(candidates.keyBy('user'), catalogue)
    .process(
      {
        broadcast: { versions: mapState<string, readonly CatalogueUpdate[]>() },
        state: { waiting: mapState<number, readonly Scored[]>() },
        onRecord({ asOfMs, items }, { state, registerEventTimer }) {
          state.waiting.set(asOfMs, items);
          registerEventTimer(asOfMs - 1);
        },
        onBroadcast(update, { broadcast: { versions }, watermarkMs }) {
          const { item } = update;
          versions.set(item, addVersion(versions.get(item) ?? [], update, watermarkMs));
        },
        onEventTimer(timeMs, { key: user, state: { waiting }, broadcast: { versions }, emit }) {
          const asOfMs = timeMs + 1;
          const items = waiting.get(asOfMs) ?? [];
          waiting.delete(asOfMs);
          const offers = offersAt(timeMs, items, top, (item) => versions.get(item));
          if (offers.length > 0) emit({ asOf: new Date(asOfMs).toISOString(), user, offers });
        },
      },
      { type: Recommendation },
    )
    .named('available offers')
    .uid('available-offers');
}
