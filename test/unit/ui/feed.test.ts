import { expect, it } from 'vitest';

import { toUnreachable } from '../../../runtime/ui/feed.ts';
import { fakeSnapshot } from '../../support/fake-snapshot.ts';

it('keeps the last data and the moment of the first failure', () => {
  const snapshot = fakeSnapshot();
  const first = toUnreachable({ kind: 'live', snapshot, history: new Map() }, 'gone');
  expect(first).toMatchObject({ kind: 'unreachable', reason: 'gone', snapshot });
  const second = toUnreachable({ ...first, sinceMs: 5 } as typeof first, 'still gone');
  expect(second).toMatchObject({ reason: 'still gone', sinceMs: 5, snapshot });
});

it('has nothing to show when there never was an answer', () => {
  expect(toUnreachable({ kind: 'loading' }, 'gone')).toMatchObject({ snapshot: undefined });
});
