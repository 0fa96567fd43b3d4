// The events of the Nexmark suite, as Apache Beam's generator makes them, but with a random generator seeded by the id of
// the event: an event follows from its number alone, so any slice of the stream can be made anywhere, in any order.
//   I1. The same parameters and the same number give the same event; nothing is carried over from one to the next.
//   I2. Within a group of `outOfOrder` numbers every id of the group occurs once, shuffled; groups are in order.
//   I3. Times never fall as ids rise: only the shuffle of I2 puts events out of order.

import { EngineError } from 'millrace';
import { channelOf, NO_CHANNEL } from './channels.ts';
import type { Auction, Bid, NexmarkEvent, Person } from './events.ts';
import { JavaRandom } from './java-random.ts';

/** 2015-07-15T00:00:00Z, the time of event 0. */
const BASE_MS = 1_436_918_400_000;

/** Of 50 events, the first is a person, three are auctions, the rest bids. */
const EVENTS_A_CYCLE = 50;
const AUCTIONS_A_CYCLE = 3;

const FIRST_PERSON_ID = 1000;
const FIRST_AUCTION_ID = 1000;
const FIRST_CATEGORY = 10;
const CATEGORIES = 5;

/** Persons and auctions that bids refer to: among the latest so many, or up to so many that are yet to come. */
const ACTIVE_PERSONS = 1000;
const ACTIVE_AUCTIONS = 100;
const LEAD = 10;

/** One person and one auction in a hundred are hot: most sellers, bidders and bids are theirs. */
const HOT_RATIO = 100;

/** Auctions are open for about as long as this many further events take. */
const AUCTION_EVENTS = Math.floor(5000 / 3);

const PERSON_BYTES = 200;
const AUCTION_BYTES = 500;
const BID_BYTES = 100;

/** The shuffle within a group: a prime, hence a permutation of every group whose size it does not divide. */
const SHUFFLE_PRIME = 953;

const STATES = 'AZ,CA,ID,OR,WA,WY'.split(',');
const CITIES =
  'Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne'.split(',');
const FIRST_NAMES = 'Peter,Paul,Luke,John,Saul,Vicky,Kate,Julie,Sarah,Deiter,Walter'.split(',');
const LAST_NAMES = 'Shultz,Abrams,Spencer,White,Bartels,Walton,Smith,Jones,Noris'.split(',');

const LETTER_A = 0x61;
const SPACE = 0x20;

/** Columns that cost much to make and that few queries read. */
export type CostlyColumn = 'extra' | 'channel';

/** Which stream of events. */
export interface GeneratorOptions {
  /** Events a second of event time. */
  readonly rate: number;
  /** The size of the groups within which events are shuffled; 1 leaves them in order. @default 1 */
  readonly outOfOrder?: number | undefined;
  /** Left empty: `extra` of every event, `channel` and `url` of bids. @default none */
  readonly unread?: readonly CostlyColumn[] | undefined;
}

/** Makes events from their numbers. */
export class EventGenerator {
  readonly #random = new JavaRandom();
  readonly #channelRandom = new JavaRandom();
  /** Where texts are put together; the longest is an auction's `extra`. */
  readonly #text = Buffer.alloc(2 * AUCTION_BYTES);
  readonly #delayUs: number;
  readonly #groupSize: number;
  readonly #hasExtra: boolean;
  readonly #hasChannel: boolean;

  /** Throws `JOB_INVALID` for a rate or a group size that is no whole number of 1 or more, or that cannot be shuffled. */
  constructor({ rate, outOfOrder = 1, unread = [] }: GeneratorOptions) {
    this.#delayUs = delayUsOf(rate);
    this.#groupSize = checkGroupSize(outOfOrder);
    this.#hasExtra = !unread.includes('extra');
    this.#hasChannel = !unread.includes('channel');
  }

  /** Event number n, from 0. */
  event(n: number): NexmarkEvent {
    const id = this.#idOf(n);
    const cycle = Math.floor(id / EVENTS_A_CYCLE);
    const place = id - cycle * EVENTS_A_CYCLE;
    this.#random.seed(id);
    if (place === 0) return this.#person(id, cycle);
    const lastAuction = AUCTIONS_A_CYCLE * cycle + Math.min(place, AUCTIONS_A_CYCLE) - 1;
    if (place <= AUCTIONS_A_CYCLE) return this.#auction(id, cycle, lastAuction);
    return this.#bid(id, cycle, lastAuction);
  }

  #idOf(n: number): number {
    if (this.#groupSize === 1) return n;
    const place = n % this.#groupSize;
    return n - place + ((place * SHUFFLE_PRIME) % this.#groupSize);
  }

  #timeMs(id: number): number {
    return BASE_MS + Math.floor((id * this.#delayUs) / 1000);
  }

  #person(id: number, lastPerson: number): Person {
    const random = this.#random;
    const firstName = pick(FIRST_NAMES, random);
    const name = `${firstName} ${pick(LAST_NAMES, random)}`;
    const mailbox = this.#words(7);
    const emailAddress = `${mailbox}@${this.#words(5)}.com`;
    const creditCard = [0, 0, 0, 0]
      .map(() => String(random.nextInt(10_000)).padStart(4, '0'))
      .join(' ');
    const city = pick(CITIES, random);
    const state = pick(STATES, random);
    const bytes =
      8 + name.length + emailAddress.length + creditCard.length + city.length + state.length;
    return {
      type: 'person',
      id: FIRST_PERSON_ID + lastPerson,
      name,
      emailAddress,
      creditCard,
      city,
      state,
      dateTime: this.#timeMs(id),
      extra: this.#extra(bytes, PERSON_BYTES),
    };
  }

  #auction(id: number, lastPerson: number, lastAuction: number): Auction {
    const random = this.#random;
    const dateTime = this.#timeMs(id);
    const seller =
      FIRST_PERSON_ID +
      (random.nextInt(4) > 0 ? hotBefore(lastPerson) : nextPerson(lastPerson, random));
    const category = FIRST_CATEGORY + random.nextInt(CATEGORIES);
    const initialBid = nextPrice(random);
    const horizonMs = this.#timeMs(id + AUCTION_EVENTS) - dateTime;
    // At the lowest rate, one a second, this is 3.3 million: within what `nextInt` takes.
    const expires = dateTime + 1 + random.nextInt(Math.max(2 * horizonMs, 1));
    const itemName = this.#words(20);
    const description = this.#words(100);
    const reserve = initialBid + nextPrice(random);
    return {
      type: 'auction',
      id: FIRST_AUCTION_ID + lastAuction,
      itemName,
      description,
      initialBid,
      reserve,
      dateTime,
      expires,
      seller,
      category,
      extra: this.#extra(8 + itemName.length + description.length + 40, AUCTION_BYTES),
    };
  }

  #bid(id: number, lastPerson: number, lastAuction: number): Bid {
    const random = this.#random;
    const auction =
      FIRST_AUCTION_ID +
      (random.nextInt(2) > 0 ? hotBefore(lastAuction) : nextAuction(lastAuction, random));
    const bidder =
      FIRST_PERSON_ID +
      (random.nextInt(4) > 0 ? hotBefore(lastPerson) + 1 : nextPerson(lastPerson, random));
    const price = nextPrice(random);
    const extra = this.#extra(32, BID_BYTES);
    const dateTime = this.#timeMs(id);
    const { channel, url } = this.#hasChannel ? channelOf(id, this.#channelRandom) : NO_CHANNEL;
    return { type: 'bid', auction, bidder, price, channel, url, dateTime, extra };
  }

  /** Fills an event up to about `wanted` bytes, of which `present` are there. Drawn last, so that it can be left out. */
  #extra(present: number, wanted: number): string {
    if (!this.#hasExtra || present > wanted) return '';
    const missing = wanted - present;
    const deviation = Math.round(missing * 0.2);
    const length = missing - deviation;
    return this.#letters(length + (deviation === 0 ? 0 : this.#random.nextInt(2 * deviation)));
  }

  /** Letters and blanks, `max` or fewer, without blanks at the ends. */
  #words(max: number): string {
    const random = this.#random;
    const length = 3 + random.nextInt(max - 3);
    for (let at = 0; at < length; at++) {
      const isBlank = random.nextInt(13) === 0;
      this.#text[at] = isBlank ? SPACE : LETTER_A + random.nextInt(26);
    }
    return this.#text.toString('latin1', 0, length).trim();
  }

  /** Six characters a draw; negative draws give the characters before `a`. */
  #letters(length: number): string {
    const text = this.#text;
    let rest = 0;
    for (let at = 0; at < length; at++) {
      if (at % 6 === 0) rest = this.#random.nextInt32();
      text[at] = LETTER_A + (rest % 26);
      rest = (rest / 26) | 0;
    }
    return text.toString('latin1', 0, length);
  }
}

/** How far apart in event time two events of one group can be: with `outOfOrder` 1, not at all. */
export function disorderMs({ rate, outOfOrder = 1 }: GeneratorOptions): number {
  return Math.ceil(((checkGroupSize(outOfOrder) - 1) * delayUsOf(rate)) / 1000);
}

function pick(names: readonly string[], random: JavaRandom): string {
  return names[random.nextInt(names.length)] ?? '';
}

/** From 1.00 to 1,000,000.00, in cents; small prices are as frequent as large ones on a logarithmic scale. */
function nextPrice(random: JavaRandom): number {
  return Math.round(10 ** (random.nextDouble() * 6) * 100);
}

function hotBefore(last: number): number {
  return Math.floor(last / HOT_RATIO) * HOT_RATIO;
}

function nextPerson(lastPerson: number, random: JavaRandom): number {
  const persons = lastPerson + 1;
  const active = Math.min(persons, ACTIVE_PERSONS);
  return persons - active + random.nextInt(active + LEAD);
}

function nextAuction(lastAuction: number, random: JavaRandom): number {
  const oldest = Math.max(lastAuction - ACTIVE_AUCTIONS, 0);
  return oldest + random.nextInt(lastAuction - oldest + 1 + LEAD);
}

function delayUsOf(rate: number): number {
  if (Number.isSafeInteger(rate) && rate >= 1) {
    return Math.floor((1_000_000 + Math.floor(rate / 2)) / rate);
  }
  throw new EngineError(
    'JOB_INVALID',
    `nexmark: the rate is ${rate}; use a whole number, 1 or more`,
  );
}

function checkGroupSize(size: number): number {
  const isWhole = Number.isSafeInteger(size) && size >= 1;
  if (isWhole && (size === 1 || size % SHUFFLE_PRIME !== 0)) return size;
  throw new EngineError(
    'JOB_INVALID',
    `nexmark: the group of events out of order is ${size}; use a whole number, 1 or more, that ${SHUFFLE_PRIME} does not divide`,
  );
}
