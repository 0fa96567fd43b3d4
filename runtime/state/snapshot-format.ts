// The stored form of keyed state and timers: once an operator a header (JSON), and for each key group that holds something
// one block of bytes, which another subtask can restore by itself. Version 1 of a block, numbers little-endian:
//
//   u8  version
//   u32 count of states; each:      u32 index in the header, u32 count of rows; each:
//         row  the key's identity   row  the namespace's identity, or undefined
//         u32  count of values; each: [row key of the map] [f64 stamp, with a TTL] row value
//   u32 count of event timers, then u32 count of processing timers; each:
//         f64  time                 row  the key's identity    row  the namespace's identity, or undefined
//
// A row is u32 length and the bytes of the codec (`types/`): of the declared type, else, and for identities, of `any`.
//   I1. What a version has written is read by every later one (`test/golden/state`).
//   I2. The same content gives the same bytes, save where `any` holds an object, which node:v8 clones.

import { EngineError } from '../core/errors.ts';
import { invariant } from '../core/invariant.ts';
import type { Key } from '../core/key-group.ts';
import { type KeyIdentity, keyIdentity, keyOfIdentity } from '../core/key-identity.ts';
import type { Timer } from '../time/timer-queue.ts';
import type { RowCodec } from '../types/codec.ts';
import { compileCodec } from '../types/codec-compiler.ts';
import type { RecordType } from '../types/record-type.ts';
import { RowBuffer, RowCursor } from './row-buffer.ts';
import type { StateDescriptor, StateRow, StateRows } from './state.ts';

const VERSION = 1;
const ANY: RecordType = { kind: 'any' };

/** How one state is stored. */
export interface StoredState {
  readonly name: string;
  readonly kind: StateDescriptor['kind'];
  readonly type: RecordType;
  /** Of a map. */
  readonly mapKeyType: RecordType | undefined;
  readonly hasTtl: boolean;
}

/** What one key group of an operator holds. */
export interface GroupContent {
  readonly states: readonly StateRows[];
  readonly eventTimers: readonly Timer[];
  readonly processingTimers: readonly Timer[];
}

/** The header: states in order of name, so that the order of declarations does not matter. */
export function storedStates(
  descriptors: Readonly<Record<string, StateDescriptor>>,
): readonly StoredState[] {
  return Object.entries(descriptors)
    .map(([name, descriptor]) => ({
      name,
      kind: descriptor.kind,
      type: descriptor.type ?? ANY,
      mapKeyType: descriptor.kind === 'map' ? (descriptor.mapKeyType ?? ANY) : undefined,
      hasTtl: descriptor.ttl !== undefined,
    }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The block of a key group. Throws `RECORD_MISMATCH` for a value that its state's type does not hold. */
export function encodeGroup(header: readonly StoredState[], content: GroupContent): Uint8Array {
  const buffer = new RowBuffer();
  const identities = compileCodec(ANY);
  buffer.u8(VERSION);
  buffer.u32(content.states.length);
  for (const { name, rows } of content.states) {
    const index = header.findIndex((stored) => stored.name === name);
    const stored = header[index];
    invariant(stored !== undefined, `state ${name} is in the header of its snapshot`);
    buffer.u32(index);
    buffer.u32(rows.length);
    for (const row of rows) {
      writePlace(buffer, row, identities);
      writeValues(buffer, row, stored);
    }
  }
  for (const timers of [content.eventTimers, content.processingTimers]) {
    buffer.u32(timers.length);
    for (const timer of timers) {
      buffer.f64(timer.timeMs);
      writePlace(buffer, timer, identities);
    }
  }
  return buffer.finish();
}

/** What `encodeGroup` wrote with this header. */
export function decodeGroup(header: readonly StoredState[], bytes: Uint8Array): GroupContent {
  const cursor = new RowCursor(bytes);
  const version = cursor.u8();
  if (version !== VERSION) {
    throw new EngineError(
      'PROTOCOL_VIOLATION',
      `A block of keyed state has version ${version}, but this engine reads ${VERSION}: restore it with the release that wrote it, or a later one.`,
    );
  }
  const states = listOf(cursor.u32(), (): StateRows => {
    const stored = header[cursor.u32()];
    invariant(stored !== undefined, 'a state of a block is in the header of its snapshot');
    return { name: stored.name, rows: listOf(cursor.u32(), () => readRow(cursor, stored)) };
  });
  const timers = (): readonly Timer[] => listOf(cursor.u32(), () => readTimer(cursor));
  return { states, eventTimers: timers(), processingTimers: timers() };
}

/** Whose a row or timer is. */
interface Place {
  readonly key: Key;
  readonly namespace?: Key | undefined;
}

function writePlace(buffer: RowBuffer, { key, namespace }: Place, identities: RowCodec): void {
  buffer.row(identities, keyIdentity(key));
  buffer.row(identities, namespace === undefined ? undefined : keyIdentity(namespace));
}

function readPlace(cursor: RowCursor): { key: Key; namespace: Key | undefined } {
  const identities = compileCodec(ANY);
  const key = cursor.row(identities) as KeyIdentity;
  const namespace = cursor.row(identities) as KeyIdentity | undefined;
  return {
    key: keyOfIdentity(key),
    namespace: namespace === undefined ? undefined : keyOfIdentity(namespace),
  };
}

function writeValues(buffer: RowBuffer, row: StateRow, stored: StoredState): void {
  const codec = compileCodec(stored.type);
  const mapKeyCodec = compileCodec(stored.mapKeyType ?? ANY);
  buffer.u32(row.values.length);
  try {
    for (const [index, value] of row.values.entries()) {
      if (stored.mapKeyType !== undefined) buffer.row(mapKeyCodec, row.mapKeys?.[index]);
      if (stored.hasTtl) buffer.f64(row.stampsMs?.[index] ?? 0);
      buffer.row(codec, value);
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const message = `State ${stored.name} holds what its schema does not: ${error.message}`;
    throw new EngineError(error.code, message, { cause: error, details: error.details });
  }
}

function readRow(cursor: RowCursor, stored: StoredState): StateRow {
  const codec = compileCodec(stored.type);
  const mapKeyCodec = compileCodec(stored.mapKeyType ?? ANY);
  const place = readPlace(cursor);
  const mapKeys: unknown[] = [];
  const stampsMs: number[] = [];
  const values = listOf(cursor.u32(), () => {
    if (stored.mapKeyType !== undefined) mapKeys.push(cursor.row(mapKeyCodec));
    if (stored.hasTtl) stampsMs.push(cursor.f64());
    return cursor.row(codec);
  });
  return {
    ...place,
    values,
    mapKeys: stored.mapKeyType === undefined ? undefined : mapKeys,
    stampsMs: stored.hasTtl ? stampsMs : undefined,
  };
}

function readTimer(cursor: RowCursor): Timer {
  const timeMs = cursor.f64();
  const { key, namespace } = readPlace(cursor);
  return namespace === undefined ? { timeMs, key } : { timeMs, key, namespace };
}

function listOf<Item>(count: number, read: () => Item): readonly Item[] {
  return Array.from({ length: count }, read);
}
