// Frames of the data connection between two workers; all channels of the pair share it.
//
//   header   kind:u8 pad:u8[3] value:u32 deployment:u32 channel:u32, little-endian; 16 bytes
//   hello    value = bytes of the worker id that follows; first frame of the connecting side, deployment and channel 0
//   data     value = bytes of the buffer that follows
//   credit   value = how many more buffers the receiver can take; nothing follows
//
//   I1. A sender has at most as many data frames under way as it was granted credits, so a receiver always has room.

export const DATA_HEADER_BYTES = 16;

export const HELLO = 1;
export const DATA = 2;
export const CREDIT = 3;

export interface DataHeader {
  readonly kind: number;
  readonly value: number;
  readonly deployment: number;
  readonly channel: number;
}

/** Writes a header at `offset`. */
export function writeDataHeader(view: DataView, offset: number, header: DataHeader): void {
  view.setUint32(offset, header.kind, true);
  view.setUint32(offset + 4, header.value, true);
  view.setUint32(offset + 8, header.deployment, true);
  view.setUint32(offset + 12, header.channel, true);
}

export function readDataHeader(view: DataView, offset: number): DataHeader {
  return {
    kind: view.getUint8(offset),
    value: view.getUint32(offset + 4, true),
    deployment: view.getUint32(offset + 8, true),
    channel: view.getUint32(offset + 12, true),
  };
}
