// Every maker of a channel, held to the contract.

import { openChannel } from '../support/channel-harness.ts';
import { testChannelContract } from './channel-contract.ts';

for (const bufferCount of [1, 2, 8]) {
  testChannelContract({
    name: `ring of ${bufferCount}`,
    bufferCount,
    open() {
      const { producer, consumer, bells } = openChannel({ bufferCount, bufferBytes: 16 });
      return { producer, consumer, rings: () => bells.producer.read() };
    },
  });
}
