// standings: running totals of teams, as changes, as upserts, and the best two at the end.

import { z } from 'zod';
import { count, defineJob, fromCollection, groupAggregate, print, sum, topN } from 'millrace';

const GOALS = [
  { team: 'reds', player: 'Ada', goals: 1 },
  { team: 'blues', player: 'Alan', goals: 1 },
  { team: 'reds', player: 'Grace', goals: 2 },
  { team: 'greens', player: 'Edsger', goals: 2 },
];

export default defineJob({
  name: 'standings',
  parameters: z.object({}),
  build(env) {
    const goals = env.from(fromCollection(GOALS));
    const teams = groupAggregate(goals.keyBy('team'), { scorers: count(), goals: sum('goals') });

    teams
      .toStream()
      .map(({ kind, row }) => `${kind} ${row.team} ${row.goals}`)
      .to(print());
    teams.filter((team) => team.scorers === 1).toUpsert(print());

    topN(
      teams.keyBy(() => 'all'),
      { n: 2, compare: (left, right) => right.goals - left.goals, rankField: 'rank' },
    )
      .collapse()
      .map(({ rank, team }) => `${rank}. ${team}`)
      .to(print());
  },
});
