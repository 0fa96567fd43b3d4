// How a worker's memory is divided. Pure, so that a stack is checked with the very rule that its pods later enforce:
//   limit = overhead + network + state + slots x heap per slot
//   I1. The parts add up to the limit exactly.
//   I2. A division that would leave the state or a slot's heap below its minimum is refused, with the whole arithmetic.
// The heap becomes the `resourceLimits` of the slot threads, the network part the number of buffers, the state part the
// budget of the tables. Overhead is what Node needs for itself: its binary, the main thread's heap, sockets, and for each
// slot a thread's stack, code space and young generation.

import { EngineError } from '../core/errors.ts';
import type { WorkerMemory } from '../protocol/cluster-snapshot.ts';

const MIB = 1024 ** 2;

/** What Node needs before the first slot runs. */
const OVERHEAD_BASE_BYTES = 64 * MIB;
/** What each slot's thread needs outside of its heap limit. */
const OVERHEAD_BYTES_PER_SLOT = 24 * MIB;
/** The overhead is at least this share of the limit: larger workers have more sockets and more native fragmentation. */
const OVERHEAD_SHARE_MIN = 0.1;
/** Below this a slot's thread spends its time collecting garbage. */
const HEAP_BYTES_PER_SLOT_MIN = 32 * MIB;
/** Room for the smallest useful state tables. */
const STATE_BYTES_MIN = 16 * MIB;

/** What is asked for: the container's limit, and the parts that are set by hand. */
export interface MemoryRequest {
  readonly limitBytes: number;
  /** Of all slots together. */
  readonly heapBytes: number;
  readonly networkBytes: number;
  readonly slots: number;
}

/** What Node itself needs: 64 MiB and 24 MiB per slot, or a tenth of the limit if that is more; in whole MiB. */
export function overheadBytesOf(limitBytes: number, slots: number): number {
  const needed = OVERHEAD_BASE_BYTES + slots * OVERHEAD_BYTES_PER_SLOT;
  return Math.max(needed, Math.ceil((limitBytes * OVERHEAD_SHARE_MIN) / MIB) * MIB);
}

/** Divides the limit; throws `CONFIG_INVALID` with the arithmetic when the parts do not fit. */
export function splitMemory(request: MemoryRequest): WorkerMemory {
  const problem = findMemoryProblem(request);
  if (problem !== undefined) throw new EngineError('CONFIG_INVALID', problem);
  return divide(request);
}

/** Why the parts do not fit and what to change, or undefined when they do. */
export function findMemoryProblem(request: MemoryRequest): string | undefined {
  const memory = divide(request);
  if (memory.heapBytesPerSlot < HEAP_BYTES_PER_SLOT_MIN) {
    return (
      `the heap of ${inMiB(request.heapBytes)} shared by ${request.slots} slots gives ` +
      `${inMiB(memory.heapBytesPerSlot)} a slot, at least ${inMiB(HEAP_BYTES_PER_SLOT_MIN)} is needed: ` +
      `set the heap to ${inMiB(HEAP_BYTES_PER_SLOT_MIN * request.slots)} or more, or use fewer slots`
    );
  }
  if (memory.stateBytes < STATE_BYTES_MIN) {
    return (
      `the memory does not add up: ${formatMemory(memory, request.slots)}; the state needs at least ` +
      `${inMiB(STATE_BYTES_MIN)}: raise the limit to ${inMiB(smallestLimitBytes(request))}, ` +
      'or lower heap, network or slots'
    );
  }
  return undefined;
}

/** The equation with its numbers: `limit 1024 MiB = overhead 112 MiB + network … + state … + 2 slots x 256 MiB heap`. */
export function formatMemory(memory: WorkerMemory, slots: number): string {
  return (
    `limit ${inMiB(memory.limitBytes)} = overhead ${inMiB(memory.overheadBytes)} + network ` +
    `${inMiB(memory.networkBytes)} + state ${inMiB(memory.stateBytes)} + ${slots} ` +
    `${slots === 1 ? 'slot' : 'slots'} x ${inMiB(memory.heapBytesPerSlot)} heap`
  );
}

/** The least limit that holds the other parts; a higher limit may itself raise the overhead. */
function smallestLimitBytes({ heapBytes, networkBytes, slots }: MemoryRequest): number {
  const others = heapBytes + networkBytes + STATE_BYTES_MIN;
  const flat = others + OVERHEAD_BASE_BYTES + slots * OVERHEAD_BYTES_PER_SLOT;
  const proportional = others / (1 - OVERHEAD_SHARE_MIN);
  const limitBytes = Math.ceil(Math.max(flat, proportional) / MIB) * MIB;
  // Rounding the overhead up to whole MiB can cost one more.
  return limitBytes - overheadBytesOf(limitBytes, slots) < others ? limitBytes + MIB : limitBytes;
}

function divide({ limitBytes, heapBytes, networkBytes, slots }: MemoryRequest): WorkerMemory {
  const overheadBytes = overheadBytesOf(limitBytes, slots);
  const heapBytesPerSlot = Math.floor(heapBytes / slots);
  // What the division of the heap leaves over goes to the state, so that the sum is exact (I1).
  const stateBytes = limitBytes - overheadBytes - networkBytes - heapBytesPerSlot * slots;
  return { limitBytes, overheadBytes, networkBytes, stateBytes, heapBytesPerSlot };
}

function inMiB(bytes: number): string {
  return `${Math.round((bytes / MIB) * 10) / 10} MiB`;
}
