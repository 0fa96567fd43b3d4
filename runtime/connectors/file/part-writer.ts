// The writer of every sink of files: which file a record goes to, and when that file ends. Names and leftovers are
// `part-files.ts`, one file is `open-part.ts`, what a record looks like is its `PartFormat`.
//   I1. A file is in progress, then pending, then visible. All pending files appear by the commit; with `when-rolled` a
//       file that ended before `prepare` appears on its own.
//   I2. At most `openPartitionsMax` files take records and about `SEALING_MAX` are being sealed; either that or the bytes
//       that wait make the writer full.
//   I3. Every hidden file is known in `#hidden` until it is visible or gone, so that an abort leaves none.

import type { SinkContext, SinkWriter } from '../connector.ts';
import { userFailure } from '../user-function.ts';
import { join } from 'node:path';
import { compactParts } from './compact-parts.ts';
import { OpenPart, type PartFormat, type SealedPart } from './open-part.ts';
import {
  createPart,
  type PartOwner,
  partPaths,
  type PartPaths,
  prepareParts,
  publishPart,
  removeEmptied,
  removeHidden,
  syncDirectories,
} from './part-files.ts';
import { hivePath, safePath } from './partition-path.ts';
import type { LineFileOptions, PartitionBy } from './sink-spec.ts';
import { WriteBudget } from './write-behind.ts';

const PART_BYTES_MAX = 128 * 1024 * 1024;
const OPEN_PARTITIONS_MAX = 32;
/** Files that are written to the end, synced and renamed at a time. */
const SEALING_MAX = 8;

/** Writes a subtask's share of a sink of files. */
export class PartWriter implements SinkWriter<unknown> {
  readonly #options: LineFileOptions<unknown>;
  readonly #context: SinkContext;
  readonly #format: PartFormat;
  readonly #owner: PartOwner;
  readonly #budget: WriteBudget;
  readonly #bytesMax: number;
  readonly #partitionsMax: number;
  #nextNumber = 0;
  #uses = 0;
  readonly #open = new Map<string, OpenPart>();
  /** A file that could not be sealed stays, so that `prepare` fails too. */
  readonly #sealing = new Map<OpenPart, Promise<void>>();
  #sealed: SealedPart[] = [];
  #prepared: SealedPart[] = [];
  #preparing: Promise<void> = Promise.resolve();
  readonly #hidden = new Set<PartPaths>();

  constructor(options: LineFileOptions<unknown>, context: SinkContext, format: PartFormat) {
    this.#options = options;
    this.#context = context;
    this.#format = format;
    this.#owner = ownerOf(options, context, format);
    this.#bytesMax = options.rolling?.bytesMax ?? PART_BYTES_MAX;
    this.#partitionsMax = options.openPartitionsMax ?? OPEN_PARTITIONS_MAX;
    this.#budget = new WriteBudget(() => {
      context.wake();
    });
  }

  get isFull(): boolean {
    return this.#budget.isFull || this.#sealing.size >= SEALING_MAX;
  }

  async open(): Promise<void> {
    this.#nextNumber = await prepareParts(this.#owner);
  }

  write(value: unknown, timestampMs: number): void {
    const { partitionBy } = this.#options;
    const partition =
      partitionBy === undefined ? '' : this.#partitionOf(partitionBy, value, timestampMs);
    const part = this.#open.get(partition) ?? this.#begin(partition);
    part.write(value, ++this.#uses);
    if (part.takenBytes >= this.#bytesMax) this.#roll(part);
  }

  prepare(): Promise<void> {
    this.#preparing = this.#prepareAll();
    return this.#preparing;
  }

  async commit(): Promise<void> {
    if (this.#prepared.length === 0) return;
    for (const { paths } of this.#prepared) await publishPart(paths);
    await this.#syncDirectoriesOf(this.#prepared);
    for (const { paths } of this.#prepared) this.#hidden.delete(paths);
    this.#prepared = [];
  }

  async abort(): Promise<void> {
    await Promise.allSettled([this.#preparing, ...this.#sealing.values()]);
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map((part) => part.discard()));
    for (const paths of this.#hidden) await removeHidden(paths);
    const directories = [...this.#hidden].map(({ directory }) => directory);
    await removeEmptied(directories, this.#options.directory);
    this.#hidden.clear();
    this.#prepared = [];
  }

  #partitionOf(partitionBy: PartitionBy<unknown>, value: unknown, timestampMs: number): string {
    try {
      const partition = partitionBy(value, timestampMs, this.#context.clock.nowMs());
      return typeof partition === 'string' ? partition : hivePath(partition);
    } catch (error) {
      throw userFailure("the sink's function 'partitionBy'", error);
    }
  }

  #begin(partition: string): OpenPart {
    if (this.#open.size >= this.#partitionsMax) this.#rollLeastUsed();
    const paths = this.#nextPaths(join(this.#options.directory, safePath(partition)));
    const part = new OpenPart(partition, paths, this.#format, {
      create: (path) => createPart(this.#owner, path),
      budget: this.#budget,
      gzip: this.#options.gzip === true,
      onError: (error) => {
        this.#context.fail(error);
      },
    });
    this.#open.set(partition, part);
    part.watch(this.#options.rolling ?? {}, this.#context.clock, () => {
      this.#roll(part);
    });
    return part;
  }

  #nextPaths(directory: string): PartPaths {
    const paths = partPaths(this.#owner, this.#nextNumber, directory);
    this.#nextNumber += 1;
    this.#hidden.add(paths);
    return paths;
  }

  #rollLeastUsed(): void {
    let least: OpenPart | undefined;
    for (const part of this.#open.values()) {
      if (least === undefined || part.lastUse < least.lastUse) least = part;
    }
    if (least === undefined) return;
    this.#roll(least);
    this.#context.count('filesEndedForPartitions');
  }

  /** Ends a file while others go on. A failure ends the task now, and `prepare` again. */
  #roll(part: OpenPart): void {
    const publishes = this.#options.visible === 'when-rolled';
    this.#seal(part, publishes).catch((error: unknown) => {
      this.#context.fail(error);
    });
  }

  #seal(part: OpenPart, publishes: boolean): Promise<void> {
    this.#open.delete(part.partition);
    const sealing = this.#finish(part, publishes);
    this.#sealing.set(part, sealing);
    return sealing;
  }

  async #finish(part: OpenPart, publishes: boolean): Promise<void> {
    const sealed = await part.seal();
    if (publishes) {
      await publishPart(sealed.paths);
      await this.#syncDirectoriesOf([sealed]);
      this.#hidden.delete(sealed.paths);
      this.#context.count('filesCommitted');
    } else {
      this.#sealed.push(sealed);
    }
    this.#sealing.delete(part);
    this.#context.wake();
  }

  async #prepareAll(): Promise<void> {
    for (const part of this.#open.values()) this.#seal(part, false).catch(() => undefined);
    await Promise.all(this.#sealing.values());
    // Files are sealed in any order; their numbers say in which order their records came.
    const sealed = this.#sealed.toSorted((left, right) => left.paths.number - right.paths.number);
    this.#sealed = [];
    this.#prepared.push(...(await this.#compact(sealed)));
  }

  async #compact(sealed: readonly SealedPart[]): Promise<readonly SealedPart[]> {
    const { compact } = this.#options;
    if (compact === undefined) return sealed;
    return compactParts(sealed, {
      targetBytes: compact.targetBytes,
      nextPaths: (directory) => this.#nextPaths(directory),
      onRemoved: (paths) => this.#hidden.delete(paths),
    });
  }

  async #syncDirectoriesOf(parts: readonly SealedPart[]): Promise<void> {
    const directories = parts.map(({ paths }) => paths.directory);
    await syncDirectories(directories, this.#options.directory);
  }
}

function ownerOf(
  { directory, mode = 'overwrite', partitionBy, gzip }: LineFileOptions<unknown>,
  { jobId, subtaskIndex, parallelism }: SinkContext,
  { extension }: PartFormat,
): PartOwner {
  return {
    ...{ directory, mode, jobId, subtaskIndex, parallelism },
    extension: gzip === true ? `${extension}.gz` : extension,
    isPartitioned: partitionBy !== undefined,
  };
}
