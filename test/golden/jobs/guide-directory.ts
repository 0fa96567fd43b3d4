// directory: a table of a database, read as its changes, joined with what refers to it.

import { z } from 'zod';
import { type Change, count, defineJob, fromChanges, fromCollection, groupAggregate, join, print } from 'millrace';

interface Person {
  readonly id: number;
  readonly name: string;
  readonly office: string;
}

const PERSONS: readonly Change<Person>[] = [
  { kind: '+I', row: { id: 1, name: 'Ada', office: 'London' } },
  { kind: '+I', row: { id: 2, name: 'Edsger', office: 'Austin' } },
  { kind: '-U', row: { id: 1, name: 'Ada', office: 'London' } },
  { kind: '+U', row: { id: 1, name: 'Ada', office: 'Austin' } },
  { kind: '-D', row: { id: 2, name: 'Edsger', office: 'Austin' } },
];
const OFFICES = [{ city: 'London' }, { city: 'Austin' }];

export default defineJob({
  name: 'directory',
  parameters: z.object({}),
  build(env) {
    const persons = fromChanges(env.from(fromCollection(PERSONS)), { primaryKey: ['id'] });
    const perOffice = groupAggregate(persons.keyBy('office'), { persons: count() });

    join({
      kind: 'left',
      left: env.from(fromCollection(OFFICES)).keyBy('city'),
      right: perOffice.keyBy('office'),
      join: ({ city }, found) => `${city}: ${found?.persons ?? 0}`,
    })
      .collapse()
      .to(print());
  },
});
