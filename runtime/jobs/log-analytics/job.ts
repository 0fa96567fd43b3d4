// Web traffic by minute and path, from Apache or nginx access logs: hits, bytes, share of errors, median and 99th percentile
// of the latency where the log has it. Lines that are no entries go to a dead-letter file and are counted; they end nothing.

import { z } from 'zod';
import {
  boundedOutOfOrderness,
  defineJob,
  durationMs,
  jsonLinesFile,
  lines,
  noWatermarks,
  outputTag,
  tumbling,
} from 'millrace';
import { AccessLogEntry, parseAccessLogLine } from './access-log.ts';
import { addTraffic, createTraffic, summarizeTraffic } from './traffic.ts';

/** A line that is no entry, where it is, and why. */
interface UnparsableLine {
  readonly file: string;
  readonly lineNumber: number;
  readonly reason: string;
  readonly line: string;
}

const UNPARSABLE = outputTag<UnparsableLine>('unparsable');
const MINUTE_MS = 60_000;
const FOLLOW_BOUND_MS = 10_000;
const ROLL_INTERVAL_MS = 10_000;
const IDLE_AFTER_MS = 2_000;

export default defineJob({
  name: 'log-analytics',
  description: 'Hits, bytes, errors and latencies by minute and path, from access logs.',
  parameters: z.object({
    input: z.string().describe('log file or pattern, such as "logs/*.log"; .gz is decompressed'),
    follow: z
      .boolean()
      .default(false)
      .describe('keep reading as the files grow, until interrupted'),
    latencyUnit: z
      .enum(['s', 'ms', 'us'])
      .default('s')
      .describe('unit of a latency at the end of a line: nginx s, Apache %D us'),
    maxOutOfOrderness: durationMs()
      .optional()
      .describe(
        'how far lines may be out of order; without --follow the default is any distance, in memory until the end',
      ),
    out: z.string().default('out').describe('folder for log-analytics/{traffic,dead-letters,late}'),
  }),
  build(env, { input, follow, latencyUnit, maxOutOfOrderness, out }) {
    const sink = (name: string) =>
      jsonLinesFile<unknown>({
        directory: `${out}/log-analytics/${name}`,
        rolling: { intervalMs: follow ? ROLL_INTERVAL_MS : undefined },
        visible: follow ? 'when-rolled' : 'when-committed',
      });
    const boundMs = maxOutOfOrderness ?? (follow ? FOLLOW_BOUND_MS : undefined);
    const time = { timestamp: (entry: AccessLogEntry) => entry.timeMs };

    const entries = env
      .from(lines({ path: input, follow }))
      .uid('lines')
      .process<AccessLogEntry>(
        ({ line, lineNumber, file }, context) => {
          const parsed = parseAccessLogLine(line, latencyUnit);
          if (parsed.kind === 'parsed') {
            context.emit(parsed.entry);
            return;
          }
          context.count('unparsableLines');
          context.output(UNPARSABLE, { file, lineNumber, reason: parsed.reason, line });
        },
        { type: AccessLogEntry },
      )
      .named('parse')
      .uid('parse');
    entries
      .sideOutput(UNPARSABLE)
      .to(sink('dead-letters'))
      .named('dead letters')
      .uid('dead-letters');

    const traffic = entries
      .withTimestamps(
        boundMs === undefined
          ? noWatermarks(time)
          : boundedOutOfOrderness(boundMs, { ...time, idleAfterMs: IDLE_AFTER_MS }),
      )
      .uid('entry-times')
      .keyBy('path')
      .window(tumbling({ sizeMs: MINUTE_MS }))
      .accumulate(
        { create: createTraffic, add: addTraffic, result: summarizeTraffic },
        (summary, path, window) => ({
          minute: new Date(window.startMs).toISOString(),
          path,
          ...summary,
        }),
      )
      .named('traffic by minute')
      .uid('traffic-by-minute');
    traffic.to(sink('traffic')).named('traffic').uid('traffic');
    traffic.late().to(sink('late')).named('late entries').uid('late-entries');
  },
});
