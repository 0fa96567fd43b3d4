// A chain of hand-made operators whose output is a real channel, and the parts a subtask needs around it.

import { ManualClock } from '../../runtime/core/clock.ts';
import type { Operator } from '../../runtime/operators/operator.ts';
import { OutputEdge } from '../../runtime/shuffle/output-edge.ts';
import { Chain, type ChainLink, ChainTimes } from '../../runtime/worker/chain.ts';
import { NamedCounters } from '../../runtime/worker/subtask.ts';
import { openChannel, readAll } from './channel-harness.ts';

/** A link of a chain; by default its input is the operator before it. */
export interface Link {
  readonly operator: Operator;
  readonly input?: number;
  /** Its main output leaves the chain. */
  readonly leaves?: boolean;
}

/** Passes records on to `next`. */
export function passing(next: Operator | undefined, more: Partial<Operator> = {}): Operator {
  return {
    process: (value, timestampMs) => {
      next?.process(value, timestampMs);
    },
    ...more,
  };
}

export function openChain(
  makeLinks: (edges: readonly OutputEdge[]) => readonly Link[],
  outputs = 1,
) {
  const channel = openChannel({ bufferCount: 4, bufferBytes: 256 });
  const channels = [
    channel,
    ...Array.from({ length: outputs - 1 }, () => openChannel({ bufferCount: 4, bufferBytes: 256 })),
  ];
  const edges = channels.map(
    ({ writer }) => new OutputEdge([writer], { kind: 'single' }, (error) => error as Error),
  );
  const links = makeLinks(edges);
  const times = new ChainTimes(links.length);
  const leaving = links.flatMap(({ leaves }, position) => (leaves === true ? [position] : []));
  const chain = new Chain({
    links: links.map(({ operator, input }, position): ChainLink => ({
      operator,
      input: input ?? position - 1,
    })),
    outputs: leaving.map((from, index) => ({ edge: edges[index]!, from })),
    gate: channel.gate,
    times,
  });
  const clock = new ManualClock(1000);
  const parts = {
    address: { task: 0, subtask: 0 },
    chain,
    gate: channel.gate,
    counters: new NamedCounters(),
    clock,
  };
  /** What has left the chain by each output since the last question. */
  const receive = (): unknown[][] => {
    chain.flush();
    return channels.map((each) => {
      readAll(each);
      return each.handler.elements.splice(0).map((element) => {
        if (element.kind === 'record') return element.value;
        if (element.kind === 'watermark') return `watermark ${element.watermarkMs}`;
        return element.kind === 'status' ? (element.isIdle ? 'idle' : 'active') : 'end';
      });
    });
  };
  return { chain, times, clock, parts, channels, receive };
}

/** Emits a number of results when the watermark rises, as long as `canEmit`; resumes where it stopped. */
export function burst(
  results: number,
  emit: (value: unknown) => void,
  canEmit: () => boolean,
): Operator {
  let left = results;
  return {
    process: emit,
    advanceWatermark(watermarkMs) {
      while (left > 0) {
        if (!canEmit()) return false;
        emit(`${watermarkMs}/${left--}`);
      }
      left = results;
      return true;
    },
  };
}
