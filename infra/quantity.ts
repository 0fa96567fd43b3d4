// Amounts in a stack file and in a manifest: sizes, durations and CPU as people write them, checked with zod, and the
// canonical quantities that Kubernetes stores, so that a preview shows no difference that is only spelling.

import { z } from 'zod';
import { parseDurationMs, parseSizeBytes } from '../runtime/deployment.ts';

const MIB = 1024 ** 2;

// The titles are what the table of keys calls them.
const sizeText = z.string('must be a size in quotes, such as "512MiB"').meta({ title: 'size' });
const durationText = z
  .string('must be a duration in quotes, such as "30s"')
  .meta({ title: 'duration' });

/** `"64MiB"`, `"1.5GiB"`: whole MiB, at least `leastBytes`; the result is bytes. */
export function size(leastBytes: number): z.ZodType<number, string> {
  return sizeText.transform((text, context) => {
    const bytes = parseSizeBytes(text);
    const rule =
      bytes === undefined
        ? 'must be a size such as "512MiB" or "2GiB"'
        : bytes % MIB !== 0
          ? 'must be a whole number of MiB'
          : bytes < leastBytes
            ? `must be at least ${leastBytes / MIB}MiB`
            : undefined;
    if (rule === undefined) return bytes ?? 0;
    context.addIssue(rule);
    return z.NEVER;
  });
}

/** `"30s"`, `"5m"`: whole seconds between the bounds; the result is milliseconds. */
export function duration(leastMs: number, mostMs: number): z.ZodType<number, string> {
  return durationText.transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs === undefined || durationMs % 1_000 !== 0) {
      context.addIssue('must be a duration in whole seconds, such as "30s" or "5m"');
      return z.NEVER;
    }
    if (durationMs < leastMs || durationMs > mostMs) {
      context.addIssue(`must be between ${leastMs / 1_000}s and ${mostMs / 1_000}s`);
      return z.NEVER;
    }
    return durationMs;
  });
}

/** `"500m"`, `"2"` or `1.5`; the result is thousandths of a core. */
export function cpu(): z.ZodType<number, string | number> {
  return z
    .union([z.string(), z.number()], 'must be cores such as 2 or "500m"')
    .meta({ title: 'cores' })
    .transform((written, context) => {
      const match = /^(\d+)(m?)$|^(\d+\.\d{1,3})$/.exec(String(written));
      const millicores = Math.round(
        match?.[2] === 'm' ? Number(match[1]) : Number(match?.[0]) * 1_000,
      );
      if (millicores > 0) return millicores;
      context.addIssue('must be cores such as 2 or "500m", at least 1m');
      return z.NEVER;
    });
}

/** Bytes as Kubernetes stores them: `2Ti`, `1Gi`, `1536Mi`. */
export function memoryQuantity(bytes: number): string {
  const mebibytes = bytes / MIB;
  if (mebibytes % 1024 ** 2 === 0) return `${mebibytes / 1024 ** 2}Ti`;
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}

/** Thousandths of a core as Kubernetes stores them: `2`, `500m`. */
export function cpuQuantity(millicores: number): string {
  return millicores % 1_000 === 0 ? String(millicores / 1_000) : `${millicores}m`;
}
