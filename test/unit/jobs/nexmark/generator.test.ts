import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatEvent } from '../../../../runtime/jobs/nexmark/event-lines.ts';
import { EventGenerator } from '../../../../runtime/jobs/nexmark/generator.ts';

describe('EventGenerator', () => {
  it.each([
    [1, '838b01655dc4aeaf2210f856723c04cd26ec7252d43d83a585003a029cd7a2e4'],
    [200, '9a6b4fc916a4c5679da5e3163fd7017c432d2f3320b8be9f49ffc1ecf86ed869'],
  ])('makes the known bytes out of order by %i', (outOfOrder, sha256) => {
    const generator = new EventGenerator({ rate: 100, outOfOrder });
    const hash = createHash('sha256');
    for (let n = 0; n < 10_000; n++) hash.update(`${formatEvent(generator.event(n))}\n`);
    expect(hash.digest('hex')).toBe(sha256);
  });
});
