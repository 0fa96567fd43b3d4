// Keeps the sources of a group together in event time: takes what their subtasks report, and tells them in regular intervals
// how far they may go, the slowest one's watermark and the drift (Flink: SourceCoordinator.announceCombinedWatermark).
//   I1. Who has not reported yet, or reports `MAX_WATERMARK` (idle, ended), holds nobody back.

import type { Clock } from '../core/clock.ts';
import { MAX_WATERMARK, type WatermarkAlignment } from '../time/watermark.ts';

/** A subtask of a source. */
export interface AlignedSubtask {
  readonly task: number;
  readonly subtask: number;
}

/** One group of sources of one job. */
export class AlignmentGroup {
  readonly #maxDriftMs: number;
  readonly #members: AlignedSubtask[] = [];
  readonly #tell: (member: AlignedSubtask, watermarkMs: number) => void;
  readonly #reportedMs = new Map<string, number>();
  #toldMs = MAX_WATERMARK;
  #cancelTimer: () => void = () => undefined;

  constructor(
    { maxDriftMs, updateIntervalMs }: WatermarkAlignment,
    clock: Clock,
    tell: (member: AlignedSubtask, watermarkMs: number) => void,
  ) {
    this.#maxDriftMs = maxDriftMs;
    this.#tell = tell;
    const announceLater = (): void => {
      this.#cancelTimer = clock.after(updateIntervalMs, () => {
        this.#announce();
        announceLater();
      });
    };
    announceLater();
  }

  add(member: AlignedSubtask): void {
    this.#members.push(member);
  }

  report({ task, subtask }: AlignedSubtask, watermarkMs: number): void {
    this.#reportedMs.set(`${task}/${subtask}`, watermarkMs);
  }

  close(): void {
    this.#cancelTimer();
  }

  #announce(): void {
    const slowestMs = Math.min(MAX_WATERMARK, ...this.#reportedMs.values()); // I1
    const limitMs = Math.min(MAX_WATERMARK, slowestMs + this.#maxDriftMs);
    if (limitMs === this.#toldMs) return;
    this.#toldMs = limitMs;
    for (const member of this.#members) this.#tell(member, limitMs);
  }
}
