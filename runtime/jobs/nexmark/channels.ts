// The channels by which bids come, each with the address of its page: four large ones, which have half of the bids, and
// thousands of small ones, some of which have an id in the address. The channel of a bid follows from the bid's id alone.

import type { JavaRandom } from './java-random.ts';

const LARGE_CHANNELS: readonly Channel[] = ['Google', 'Facebook', 'Baidu', 'Apple'].map(
  (channel, index) => ({
    channel,
    url: `https://www.nexmark.com/h${index}/a/b/item.htm?query=1`,
  }),
);
const SMALL_CHANNELS = 10_000;

/** Two columns of a bid. */
export interface Channel {
  readonly channel: string;
  readonly url: string;
}

/** In place of a channel that nobody looks at. */
export const NO_CHANNEL: Channel = { channel: '', url: '' };

/** Small channels that were made already, first those without an id: few enough for their texts to be kept. */
const madeChannels: (Channel | undefined)[] = Array.from({ length: 2 * SMALL_CHANNELS });

/** The channel of the bid with this id; `random` is only borrowed. */
export function channelOf(bidId: number, random: JavaRandom): Channel {
  random.seed(bidId * 31 + 7);
  if (random.nextInt(2) > 0) return LARGE_CHANNELS[random.nextInt(4)] ?? NO_CHANNEL;
  const k = random.nextInt(SMALL_CHANNELS);
  const hasId = random.nextInt(10) > 0;
  return (madeChannels[hasId ? k + SMALL_CHANNELS : k] ??= smallChannel(k, hasId));
}

function smallChannel(k: number, hasId: boolean): Channel {
  const page = `https://www.nexmark.com/c${k % 97}/d${k % 13}/e${k % 7}/item.htm?query=1`;
  const id = Math.abs(reverseBits(k));
  return { channel: `channel-${k}`, url: hasId ? `${page}&channel_id=${id}` : page };
}

/** As an int32, like Integer.reverse. */
function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed = (reversed << 1) | ((value >>> bit) & 1);
  return reversed;
}
