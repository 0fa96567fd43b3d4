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

/** Collects bytes and hands out whole messages, parsed. Chunks are joined once, when a message is complete. */
export class MessageReader {
  #chunks: Uint8Array[] = [];
  #pendingBytes = 0;
  #neededBytes = HEADER_BYTES;

  /** Throws `PROTOCOL_VIOLATION` for an oversized frame or text that is not JSON. */
  push(chunk: Uint8Array): unknown[] {
    this.#chunks.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#neededBytes) return [];
    const bytes = this.#join();
    const view = new DataView(bytes.buffer);
    const messages: unknown[] = [];
    let offset = 0;
    for (;;) {
      this.#neededBytes = HEADER_BYTES;
      if (bytes.length - offset < HEADER_BYTES) break;
      const length = view.getUint32(offset);
      if (length > MESSAGE_BYTES_MAX) {
        throw new EngineError(
          'PROTOCOL_VIOLATION',
          `A peer announced a message of ${length} bytes.`,
        );
      }
      this.#neededBytes = HEADER_BYTES + length;
      if (bytes.length - offset < this.#neededBytes) break;
      messages.push(parse(bytes.subarray(offset + HEADER_BYTES, offset + this.#neededBytes)));
      offset += this.#neededBytes;
    }
    this.#chunks = [bytes.subarray(offset)];
    this.#pendingBytes = bytes.length - offset;
    return messages;
  }

  #join(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#pendingBytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return bytes;
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
