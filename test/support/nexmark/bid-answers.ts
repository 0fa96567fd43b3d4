// The answers to the queries that look at one bid at a time: q0, q1, q2, q10, q13, q14, q21, q22.

import {
  type Bid,
  dayText,
  type Events,
  minuteText,
  type Row,
  thousandthsText,
  timeText,
} from './table.ts';

const SIDE_INPUT_KEYS = 10_000;

export const q0 = ({ bids }: Events): Row[] =>
  bids.map((bid) => [bid.auction, bid.bidder, bid.price, timeText(bid.dateTime), bid.extra]);

export const q1 = ({ bids }: Events): Row[] =>
  bids.map((bid) => [
    bid.auction,
    bid.bidder,
    thousandthsText(bid.price * 908),
    timeText(bid.dateTime),
    bid.extra,
  ]);

export const q2 = ({ bids }: Events): Row[] =>
  bids.filter((bid) => bid.auction % 123 === 0).map((bid) => [bid.auction, bid.price]);

export const q10 = ({ bids }: Events): Row[] =>
  bids.map((bid) => [
    bid.auction,
    bid.bidder,
    bid.price,
    timeText(bid.dateTime),
    bid.extra,
    dayText(bid.dateTime),
    minuteText(bid.dateTime),
  ]);

export function q13({ bids }: Events): Row[] {
  const sideInput = new Map<number, string>();
  for (let key = 0; key < SIDE_INPUT_KEYS; key++) sideInput.set(key, String(key));
  return bids.flatMap((bid) => {
    const value = sideInput.get(bid.auction % SIDE_INPUT_KEYS);
    if (value === undefined) return [];
    return [[bid.auction, bid.bidder, bid.price, timeText(bid.dateTime), value]];
  });
}

export const q14 = ({ bids }: Events): Row[] =>
  bids
    .filter(({ price }) => price * 908 > 1_000_000_000 && price * 908 < 50_000_000_000)
    .map((bid) => [
      bid.auction,
      bid.bidder,
      thousandthsText(bid.price * 908),
      timeOfDay(bid),
      timeText(bid.dateTime),
      bid.extra,
      (bid.extra.match(/c/g) ?? []).length,
    ]);

function timeOfDay({ dateTime }: Bid): string {
  const hour = new Date(dateTime).getUTCHours();
  if (hour >= 8 && hour <= 18) return 'dayTime';
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime';
}

export const q21 = ({ bids }: Events): Row[] =>
  bids.flatMap((bid) => {
    const id = channelId(bid);
    return id === undefined ? [] : [[bid.auction, bid.bidder, bid.price, bid.channel, id]];
  });

function channelId({ channel, url }: Bid): string | undefined {
  switch (channel.toLowerCase()) {
    case 'apple':
      return '0';
    case 'google':
      return '1';
    case 'facebook':
      return '2';
    case 'baidu':
      return '3';
    default:
      return /(&|^)channel_id=([^&]*)/.exec(url)?.[2];
  }
}

export const q22 = ({ bids }: Events): Row[] =>
  bids.map((bid) => {
    const [, , , dir1 = '', dir2 = '', dir3 = ''] = bid.url.split('/');
    return [bid.auction, bid.bidder, bid.price, bid.channel, dir1, dir2, dir3];
  });
