// What the coordinator does for the sources of one deployment: their enumerators, and the alignment of their watermarks. It
// passes splits on and never sees a record.
//   I1. After `close` nothing is sent any more.

import type { SourceSpec } from '../connectors/connector.ts';
import type { Clock } from '../core/clock.ts';
import type { EngineError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { PlannedJob } from '../program/plan-job.ts';
import type { FromSource, ToSource } from '../protocol/control.ts';
import type { WatermarkAlignment } from '../time/watermark.ts';
import { type EnumeratorCatalog, EnumeratorRun } from './enumerator-run.ts';
import { AlignmentGroup } from './watermark-alignment.ts';

export interface JobSourcesOptions {
  readonly planned: PlannedJob;
  readonly enumerators: EnumeratorCatalog;
  readonly clock: Clock;
  readonly log: Log;
  readonly send: (task: number, subtask: number, event: ToSource) => void;
  readonly fail: (error: EngineError, task: number) => void;
}

interface PlannedSource {
  readonly task: number;
  readonly name: string;
  readonly parallelism: number;
  readonly spec: SourceSpec<unknown>;
  readonly alignment: WatermarkAlignment | undefined;
}

/** The sources of one deployment. */
export class JobSources {
  readonly #options: JobSourcesOptions;
  readonly #sources: readonly PlannedSource[];
  /** By task. */
  readonly #runs = new Map<number, EnumeratorRun>();
  /** By the name of the group. */
  readonly #groups = new Map<string, AlignmentGroup>();
  #isClosed = false;

  constructor(options: JobSourcesOptions) {
    this.#options = options;
    this.#sources = plannedSources(options.planned);
  }

  /** Begins. Nothing is sent before a subtask asks for it or an interval has passed. */
  start(): void {
    for (const source of this.#sources) {
      const isBySplits = this.#options.enumerators[source.spec.kind] !== undefined;
      if (isBySplits) this.#startEnumerator(source);
      if (source.alignment !== undefined) this.#join(source.alignment, source);
    }
  }

  onEvent(task: number, subtask: number, event: FromSource): void {
    if (event.kind === 'watermark') {
      const group = this.#sources.find((source) => source.task === task)?.alignment?.group ?? '';
      this.#groups.get(group)?.report({ task, subtask }, event.watermarkMs);
    } else {
      this.#runs.get(task)?.tell(subtask, event);
    }
  }

  /** Lets go of everything; may be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const group of this.#groups.values()) group.close();
    for (const run of this.#runs.values()) {
      run.close().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.log.warn('closing the enumerator of a source failed', { reason });
      });
    }
  }

  #startEnumerator({ task, name, parallelism, spec }: PlannedSource): void {
    const { enumerators, clock, log, send, fail } = this.#options;
    const run = new EnumeratorRun({
      name,
      spec,
      parallelism,
      catalog: enumerators,
      clock,
      log,
      send: (subtask, event) => {
        send(task, subtask, event);
      },
      fail: (error) => {
        fail(error, task);
      },
    });
    this.#runs.set(task, run);
    void run.start();
  }

  #join(alignment: WatermarkAlignment, { task, parallelism }: PlannedSource): void {
    const { clock, send } = this.#options;
    const { group: groupName } = alignment;
    let group = this.#groups.get(groupName);
    group ??= new AlignmentGroup(alignment, clock, (member, watermarkMs) => {
      if (this.#isClosed) return; // I1
      send(member.task, member.subtask, { kind: 'watermark-limit', watermarkMs });
    });
    this.#groups.set(groupName, group);
    for (let subtask = 0; subtask < parallelism; subtask++) group.add({ task, subtask });
  }
}

function plannedSources({ plan, graph }: PlannedJob): readonly PlannedSource[] {
  return plan.tasks.flatMap(({ index: task, operators, parallelism }): readonly PlannedSource[] => {
    const node = graph.nodes[operators[0]?.nodeId ?? -1];
    if (node?.spec.kind !== 'source') return [];
    const { source: spec, watermarks } = node.spec;
    // A batch has no watermarks to align.
    const alignment = plan.mode === 'batch' ? undefined : watermarks?.alignment;
    return [{ task, name: node.name, parallelism, spec, alignment }];
  });
}
