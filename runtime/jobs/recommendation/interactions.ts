// What comes in: what users do with items, and what the catalogue says of items. The generator makes both; from files they
// come as lines of JSON, and these schemas say which lines are taken.

import { z } from 'zod';

/** A user looked at an item, bid on it or bought it. */
export const Interaction = z.object({
  user: z.string().min(1),
  item: z.string().min(1),
  kind: z.enum(['view', 'bid', 'purchase']),
  atMs: z.int(),
});
export type Interaction = z.output<typeof Interaction>;

/** From `atMs` on, an item is this. Of two updates of one item and time, the later line holds. */
export const CatalogueUpdate = z.object({
  item: z.string().min(1),
  title: z.string(),
  category: z.string(),
  priceCents: z.int().min(0),
  isAvailable: z.boolean(),
  atMs: z.int(),
});
export type CatalogueUpdate = z.output<typeof CatalogueUpdate>;
