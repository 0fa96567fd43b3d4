// How control messages are cut out of a byte stream.
//
//   frame   length:u32 big-endian, then that many bytes of UTF-8 JSON
//
//   I1. A frame larger than MESSAGE_BYTES_MAX is refused before it is buffered.

import { EngineError } from '../core/errors.ts';

/** A plan of some thousands of subtasks fits many times over. */
export const MESSAGE_BYTES_MAX = 64 * 1024 ** 2;

const HEADER_BYTES = 4;

/** One message as bytes. */
export function encodeMessage(message: object): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(HEADER_BYTES + json.length);
  new DataView(frame.buffer).setUint32(0, json.length);
  frame.set(json, HEADER_BYTES);
  return frame;
}

/** Collects bytes and hands out whole messages, parsed. */
export class MessageReader {
  #pending = new Uint8Array(0);

  /** Throws `PROTOCOL_VIOLATION` for an oversized frame or text that is not JSON. */
  push(chunk: Uint8Array): unknown[] {
    const bytes = new Uint8Array(this.#pending.length + chunk.length);
    bytes.set(this.#pending);
    bytes.set(chunk, this.#pending.length);
    const view = new DataView(bytes.buffer);
    const messages: unknown[] = [];
    let offset = 0;
    while (bytes.length - offset >= HEADER_BYTES) {
      const length = view.getUint32(offset);
      if (length > MESSAGE_BYTES_MAX) {
        throw new EngineError(
          'PROTOCOL_VIOLATION',
          `A peer announced a message of ${length} bytes.`,
        );
      }
      if (bytes.length - offset - HEADER_BYTES < length) break;
      const start = offset + HEADER_BYTES;
      messages.push(parse(bytes.subarray(start, start + length)));
      offset = start + length;
    }
    this.#pending = bytes.slice(offset);
    return messages;
  }
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json)) as unknown;
  } catch (cause) {
    throw new EngineError('PROTOCOL_VIOLATION', 'A peer sent a message that is not JSON.', {
      cause,
    });
  }
}
