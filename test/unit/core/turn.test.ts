// A busy loop that takes turns must not starve what arrives meanwhile.

import { MessageChannel } from 'node:worker_threads';

import { expect, it } from 'vitest';

import { nextTurn } from '../../../runtime/core/turn.ts';

it('serves messages that arrive while a loop is busy', async () => {
  const { port1, port2 } = new MessageChannel();
  const received: number[] = [];
  port2.on('message', (value: number) => received.push(value));
  for (let turn = 0; turn < 1_000 && received.length < 3; turn++) {
    if (turn < 3) port1.postMessage(turn);
    await nextTurn();
  }
  port1.close();
  expect(received).toStrictEqual([0, 1, 2]);
});

it('runs after the microtasks that are due, and before a later turn', async () => {
  const order: string[] = [];
  const first = nextTurn().then(() => order.push('turn 1'));
  const second = nextTurn().then(() => order.push('turn 2'));
  await Promise.resolve().then(() => order.push('microtask'));
  await Promise.all([first, second]);
  expect(order).toStrictEqual(['microtask', 'turn 1', 'turn 2']);
});
