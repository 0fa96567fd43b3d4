// One data connection to another worker: writes frames, and cuts the incoming bytes into frames without gathering them.

import type { Socket } from 'node:net';
import { EngineError } from '../core/errors.ts';
import type { WorkerId } from '../core/ids.ts';
import type { DeploymentId } from '../protocol/control.ts';
import {
  CREDIT,
  DATA,
  DATA_HEADER_BYTES,
  type DataHeader,
  HELLO,
  readDataHeader,
  writeDataHeader,
} from '../protocol/data-frame.ts';
import type { RowMemory } from '../types/codec.ts';
import type { IncomingChannel } from './incoming-channel.ts';

/** Who wants the frames. */
export interface FrameHandler {
  incoming(deployment: DeploymentId, channel: number): IncomingChannel | undefined;
  onCredit(deployment: DeploymentId, channel: number, credits: number): void;
}

const HELLO_BYTES_MAX = 256;

/** Both directions of one connection. */
export class ExchangePeer {
  onHello: ((workerId: WorkerId) => void) | undefined;
  onClosed: ((reason: string) => void) | undefined;
  readonly #socket: Socket;
  readonly #handler: FrameHandler;
  readonly #header = Buffer.alloc(DATA_HEADER_BYTES);
  readonly #headerView: DataView;
  #headerFilled = 0;
  #frame: DataHeader | undefined;
  #target: IncomingChannel | undefined;
  #remaining = 0;
  #hello = '';

  constructor(socket: Socket, handler: FrameHandler) {
    this.#socket = socket;
    this.#handler = handler;
    this.#headerView = new DataView(
      this.#header.buffer,
      this.#header.byteOffset,
      DATA_HEADER_BYTES,
    );
    let reason = 'the other side closed it';
    socket.on('data', (chunk) => {
      try {
        this.#receive(chunk);
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        socket.destroy();
      }
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => {
      this.onClosed?.(reason);
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  send(frame: Omit<DataHeader, 'value'>, payload: Buffer): void {
    const bytes = Buffer.alloc(DATA_HEADER_BYTES + payload.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    writeDataHeader(view, 0, { ...frame, value: payload.length });
    payload.copy(bytes, DATA_HEADER_BYTES);
    this.#socket.write(bytes);
  }

  sendCredit(deployment: DeploymentId, channel: number, credits: number): void {
    const bytes = Buffer.alloc(DATA_HEADER_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    writeDataHeader(view, 0, { kind: CREDIT, value: credits, deployment, channel });
    this.#socket.write(bytes);
  }

  /** Sends a ring's buffer in place: the header goes into the headroom before it. */
  sendBuffer(
    { deployment, channel }: { readonly deployment: DeploymentId; readonly channel: number },
    memory: RowMemory,
    { offset, length }: { readonly offset: number; readonly length: number },
    onTaken: () => void,
  ): void {
    const start = offset - DATA_HEADER_BYTES;
    writeDataHeader(memory.view, start, { kind: DATA, value: length, deployment, channel });
    this.#socket.write(memory.bytes.subarray(start, offset + length), onTaken);
  }

  #receive(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      offset =
        this.#frame === undefined
          ? this.#takeHeader(chunk, offset)
          : this.#takePayload(chunk, offset, this.#frame);
    }
  }

  #takeHeader(chunk: Buffer, offset: number): number {
    const taken = Math.min(DATA_HEADER_BYTES - this.#headerFilled, chunk.length - offset);
    chunk.copy(this.#header, this.#headerFilled, offset, offset + taken);
    this.#headerFilled += taken;
    if (this.#headerFilled === DATA_HEADER_BYTES) {
      this.#headerFilled = 0;
      this.#begin(readDataHeader(this.#headerView, 0));
    }
    return offset + taken;
  }

  #begin(frame: DataHeader): void {
    const { kind, value, deployment, channel } = frame;
    switch (kind) {
      case CREDIT:
        this.#handler.onCredit(deployment, channel, value);
        return;
      case DATA:
        this.#target = this.#handler.incoming(deployment, channel);
        this.#target?.begin(value);
        break;
      case HELLO:
        if (value > HELLO_BYTES_MAX) throw violation('a greeting that is too long');
        this.#hello = '';
        break;
      default:
        throw violation(`a frame of unknown kind ${kind}`);
    }
    if (value === 0) throw violation('an empty frame');
    this.#frame = frame;
    this.#remaining = value;
  }

  #takePayload(chunk: Buffer, offset: number, frame: DataHeader): number {
    const end = Math.min(offset + this.#remaining, chunk.length);
    this.#remaining -= end - offset;
    if (frame.kind === HELLO) this.#hello += chunk.toString('latin1', offset, end);
    else this.#target?.fill(chunk, offset, end);
    if (this.#remaining === 0) {
      this.#frame = undefined;
      if (frame.kind === HELLO) this.onHello?.(this.#hello as WorkerId);
    }
    return end;
  }
}

function violation(what: string): EngineError {
  return new EngineError('PROTOCOL_VIOLATION', `A worker sent ${what}.`);
}
