// JSON has no infinity and no bigint: a watermark at the end of time, or a job's own parameter, may be one.

/** A replacer for `JSON.stringify`: infinities become the outermost safe integers, bigints their digits. */
export function toJsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  return value > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
}
