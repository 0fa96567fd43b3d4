// page-loads: clicks and load times by page and minute.

import { z } from 'zod';
import {
  average,
  count,
  defineJob,
  fromCollection,
  monotonousTimestamps,
  print,
  tumbling,
} from 'millrace';

const clicks = [
  { atMs: 1_000, page: '/home', loadMs: 120 },
  { atMs: 9_000, page: '/cart', loadMs: 310 },
  { atMs: 31_000, page: '/home', loadMs: 80 },
  { atMs: 64_000, page: '/home', loadMs: 95 },
];

export default defineJob({
  name: 'page-loads',
  parameters: z.object({ slowMs: z.number().default(0).describe('leave faster loads out') }),
  build(env, { slowMs }) {
    const time = { timestamp: (click: { atMs: number }) => click.atMs };
    env
      .from(fromCollection(clicks), { watermarks: monotonousTimestamps(time) })
      .filter((click) => click.loadMs >= slowMs)
      .keyBy('page')
      .window(tumbling({ sizeMs: 60_000 }))
      .aggregate({ clicks: count(), meanMs: average('loadMs') })
      .to(print());
  },
});
