// What is known of the requests of one path in one minute.

import type { AccessLogEntry } from './access-log.ts';
import {
  addLatency,
  createHistogram,
  type LatencyHistogram,
  latencyQuantile,
} from './latency-histogram.ts';

const FIRST_ERROR_STATUS = 400;

/** While requests come in. */
export interface Traffic {
  hits: number;
  bytes: number;
  errors: number;
  latencies: LatencyHistogram;
}

/** As it is written: `errorRate` from 0 to 1, latencies in milliseconds, absent when the log has none. */
export interface TrafficSummary {
  readonly hits: number;
  readonly bytes: number;
  readonly errorRate: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

/** No request yet. */
export function createTraffic(): Traffic {
  return { hits: 0, bytes: 0, errors: 0, latencies: createHistogram() };
}

/** Adds one request; changes the traffic and returns it. */
export function addTraffic(traffic: Traffic, entry: AccessLogEntry): Traffic {
  traffic.hits++;
  traffic.bytes += entry.bytes;
  if (entry.status >= FIRST_ERROR_STATUS) traffic.errors++;
  if (entry.latencyMs !== undefined) addLatency(traffic.latencies, entry.latencyMs);
  return traffic;
}

/** Of at least one request. */
export function summarizeTraffic({ hits, bytes, errors, latencies }: Traffic): TrafficSummary {
  const p50Ms = latencyQuantile(latencies, 0.5);
  const p99Ms = latencyQuantile(latencies, 0.99);
  return {
    hits,
    bytes,
    errorRate: errors / hits,
    ...(p50Ms === undefined ? {} : { p50Ms: round(p50Ms) }),
    ...(p99Ms === undefined ? {} : { p99Ms: round(p99Ms) }),
  };
}

/** Three significant digits: the sketch knows no more. */
function round(latencyMs: number): number {
  return Number(latencyMs.toPrecision(3));
}
