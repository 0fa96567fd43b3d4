// protocol/message-frame.ts, protocol/data-frame.ts and protocol/control.ts: what crosses a connection.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readCoordinatorMessage, readWorkerMessage } from '../../../runtime/protocol/control.ts';
import {
  DATA_HEADER_BYTES,
  readDataHeader,
  writeDataHeader,
} from '../../../runtime/protocol/data-frame.ts';
import {
  encodeMessage,
  MESSAGE_BYTES_MAX,
  MessageReader,
} from '../../../runtime/protocol/message-frame.ts';

const violation: unknown = expect.objectContaining({ code: 'PROTOCOL_VIOLATION' });

describe('message frames', () => {
  const messages = [{ kind: 'a' }, { kind: 'ü漢😀', list: [1, null, 'x'] }, {}];
  const stream = Buffer.concat(messages.map(encodeMessage));

  it('are read wherever the stream is cut', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const reader = new MessageReader();
      const read = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
      expect(read).toStrictEqual(messages);
    }
  });

  it('are read from any chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 })), (sizes) => {
        const reader = new MessageReader();
        const read: unknown[] = [];
        let offset = 0;
        for (const size of [...sizes, stream.length]) {
          read.push(...reader.push(stream.subarray(offset, offset + size)));
          offset += size;
        }
        expect(read).toStrictEqual(messages);
      }),
      { seed: 20_260_101 },
    );
  });

  it('are refused when too large, before they are gathered (I1)', () => {
    const announcement = Buffer.alloc(4);
    announcement.writeUInt32BE(MESSAGE_BYTES_MAX + 1);
    expect(() => new MessageReader().push(announcement)).toThrow(violation);
    announcement.writeUInt32BE(MESSAGE_BYTES_MAX);
    expect(new MessageReader().push(announcement)).toStrictEqual([]);
  });

  it('are refused when they are not JSON', () => {
    const frame = Buffer.from([0, 0, 0, 2, 0x7b, 0x7b]);
    expect(() => new MessageReader().push(frame)).toThrow(violation);
  });
});

describe('data headers', () => {
  it('are read as they were written, at any offset', () => {
    const u32 = fc.integer({ min: 0, max: 0xffffffff });
    const header = fc.record(
      { kind: fc.integer({ min: 1, max: 255 }), value: u32, deployment: u32, channel: u32 },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(header, fc.nat({ max: 7 }), (written, offset) => {
        const bytes = new Uint8Array(offset + DATA_HEADER_BYTES + 1).fill(0xa5);
        const view = new DataView(bytes.buffer);
        writeDataHeader(view, offset, written);
        expect(readDataHeader(view, offset)).toStrictEqual(written);
        expect(bytes.at(-1)).toBe(0xa5);
      }),
      { seed: 20_260_101 },
    );
  });
});

describe('control messages', () => {
  it('are known by their kind, to the side they are for', () => {
    const start = { kind: 'start', deployment: 3 };
    const deployed = { kind: 'deployed', deployment: 3 };
    expect(readCoordinatorMessage(start)).toStrictEqual(start);
    expect(readWorkerMessage(deployed)).toStrictEqual(deployed);
    for (const wrong of [deployed, null, 'start', [], { kind: 'nonsense' }, {}]) {
      expect(() => readCoordinatorMessage(wrong)).toThrow(violation);
    }
    expect(() => readWorkerMessage(start)).toThrow(violation);
  });
});
