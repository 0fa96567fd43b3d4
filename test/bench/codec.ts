// Rows per second of the generated codec, beside JSON, per second of processor time: `node test/bench/codec.ts`.
// Each figure is the median of seven rounds after two of warm-up, with the slowest and the fastest; every round encodes or
// decodes the same batch again and again through shared memory, as a channel between two slots does.

import { compileCodec } from '../../runtime/types/codec-compiler.ts';
import type { RowMemory } from '../../runtime/types/codec.ts';
import type { FieldType, RecordType } from '../../runtime/types/record-type.ts';

const BATCH_RECORDS = 1_000;
const WARM_UP_ROUNDS = 2;
const ROUNDS = 7;
const ROUND_MS = 150;
const ROW_BYTES_MAX = 512;

interface Workload {
  readonly name: string;
  readonly type: RecordType;
  readonly make: (index: number) => Readonly<Record<string, unknown>>;
}

function struct(
  fields: Readonly<
    Record<string, Exclude<RecordType['kind'], 'nullable' | 'array' | 'union' | 'struct'>>
  >,
): RecordType {
  return {
    kind: 'struct',
    fields: Object.entries(fields).map(([name, kind]): FieldType => ({
      name,
      type: { kind },
      optional: false,
    })),
  };
}

const AIRPORTS =
  'ATL ORD DFW DEN LAX PHX IAH LAS DTW SLC MSP SFO MCO CLT JFK BOS LGA EWR SEA MIA'.split(' ');
const EPOCH_MS = Date.UTC(2001, 0, 1);

/** A cheap spread of indices, so that neighbours differ. */
function scatter(index: number, size: number): number {
  return (Math.imul(index, 0x9e3779b1) >>> 8) % size;
}

function text(index: number, length: number): string {
  let made = '';
  for (let at = 0; made.length < length; at++) {
    made += String.fromCharCode(97 + scatter(index * 131 + at, 26));
  }
  return made;
}

const workloads: readonly Workload[] = [
  {
    name: 'numbers {auction, bidder, price, dateTime}',
    type: struct({ auction: 'int53', bidder: 'int53', price: 'int53', dateTime: 'int53' }),
    make: (index) => ({
      auction: 1_000 + scatter(index, 5_000),
      bidder: 1_000 + scatter(index + 7, 9_000),
      price: 100 + scatter(index + 13, 1_000_000),
      dateTime: EPOCH_MS + index * 10,
    }),
  },
  {
    name: 'flight {date, delay, distance, origin, destination}',
    type: struct({
      date: 'instant',
      delay: 'int53',
      distance: 'int53',
      origin: 'string',
      destination: 'string',
    }),
    make: (index) => ({
      date: new Date(EPOCH_MS + index * 60_000),
      delay: scatter(index, 120) - 20,
      distance: 100 + scatter(index + 3, 2_500),
      origin: AIRPORTS[scatter(index, AIRPORTS.length)],
      destination: AIRPORTS[scatter(index + 5, AIRPORTS.length)],
    }),
  },
  {
    name: 'bid {4 ints, channel, url, extra of 100 characters}',
    type: struct({
      auction: 'int53',
      bidder: 'int53',
      price: 'int53',
      channel: 'string',
      url: 'string',
      dateTime: 'int53',
      extra: 'string',
    }),
    make: (index) => ({
      auction: 1_000 + scatter(index, 5_000),
      bidder: 1_000 + scatter(index + 7, 9_000),
      price: 100 + scatter(index + 13, 1_000_000),
      channel: ['Google', 'Facebook', 'Baidu', 'Apple'][index & 3],
      url: `https://www.nexmark.com/${text(scatter(index, 997), 5)}/item.htm?query=1`,
      dateTime: EPOCH_MS + index * 10,
      extra: text(index, 100),
    }),
  },
];

/** Keeps results alive, so that no work is optimised away. */
const sink: { last: unknown } = { last: undefined };

/** Millions of records a second of processor time, collector and compiler included: median (slowest-fastest). */
function measure(batch: () => void): string {
  const rates: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const start = process.cpuUsage();
    let batches = 0;
    let elapsedMs = 0;
    while (elapsedMs < ROUND_MS) {
      for (let repeat = 0; repeat < 10; repeat++) batch();
      batches += 10;
      const { user, system } = process.cpuUsage(start);
      elapsedMs = (user + system) / 1_000;
    }
    if (round >= WARM_UP_ROUNDS) rates.push((batches * BATCH_RECORDS) / elapsedMs / 1_000);
  }
  rates.sort((left, right) => left - right);
  const [slowest, median, fastest] = [0, ROUNDS >> 1, ROUNDS - 1].map((at) =>
    rates[at]!.toFixed(2),
  );
  return `${median!} (${slowest!}-${fastest!})`.padStart(24);
}

function sharedMemory(): RowMemory {
  const shared = new SharedArrayBuffer(BATCH_RECORDS * ROW_BYTES_MAX);
  return { bytes: Buffer.from(shared), view: new DataView(shared) };
}

function benchRows({ type, make }: Workload): string {
  const codec = compileCodec(type);
  const records = Array.from({ length: BATCH_RECORDS }, (_, index) => make(index));
  const memory = sharedMemory();
  const offsets = new Int32Array(BATCH_RECORDS);
  const limit = memory.bytes.length;
  const encode = () => {
    let offset = 0;
    for (let index = 0; index < BATCH_RECORDS; index++) {
      offsets[index] = offset;
      offset = codec.encode(records[index], memory, offset, limit);
    }
    sink.last = offset;
  };
  const decode = () => {
    for (let index = 0; index < BATCH_RECORDS; index++) {
      sink.last = codec.decode(memory, offsets[index]!);
    }
  };
  const both = () => {
    encode();
    decode();
  };
  const accept = () => {
    let accepted = 0;
    for (const record of records) if (codec.accepts(record)) accepted++;
    if (accepted !== BATCH_RECORDS) throw new Error('every record of the batch fits its type');
  };
  const figures = [measure(encode), measure(decode), measure(both), measure(accept)];
  return `  rows ${figures.join('')}   ${sizeOf(codec.encode(records[0], memory, 0, limit))}`;
}

function sizeOf(bytes: number): string {
  return `${bytes} B`;
}

function benchJson({ make }: Workload): string {
  const records = Array.from({ length: BATCH_RECORDS }, (_, index) => make(index));
  const texts = records.map((record) => Buffer.from(JSON.stringify(record)));
  const encode = () => {
    for (let index = 0; index < BATCH_RECORDS; index++) {
      texts[index] = Buffer.from(JSON.stringify(records[index]));
    }
  };
  const decode = () => {
    for (const json of texts) sink.last = JSON.parse(json.toString());
  };
  const both = () => {
    encode();
    decode();
  };
  const figures = [measure(encode), measure(decode), measure(both)];
  return `  json ${figures.join('')}${''.padStart(24)}   ${sizeOf(texts[0]!.length)}`;
}

console.log(
  `Node ${process.version}; million records per processor second, median (slowest-fastest)`,
);
console.log(
  `       ${['encode', 'decode', 'both', 'accepts'].map((name) => name.padStart(24)).join('')}   row`,
);
for (const workload of workloads) {
  console.log(workload.name);
  console.log(benchRows(workload));
  console.log(benchJson(workload));
}
