// `millrace worker`: a worker process as its environment says. Started by a person, by Kubernetes, or by the embedded
// cluster, in which case it ends with its parent.

import { availableParallelism } from 'node:os';
import { loadSettings } from '../config/load.ts';
import { readProcessEnvironment } from '../config/process-environment.ts';
import type { Settings } from '../config/schema.ts';
import { splitMemory } from '../config/memory-model.ts';
import { systemClock } from '../core/clock.ts';
import { makeWorkerId } from '../core/ids.ts';
import { systemRandom } from '../core/random.ts';
import { WorkerNode } from '../worker/worker.ts';
import { hashCode } from './code-hash.ts';
import { createProcessLog } from './process-log.ts';
import { untilStopped } from './until-stopped.ts';
import { receiveEnvironment } from './worker-process.ts';

/** Resolves when the process was told to stop and has. Throws `CONFIG_INVALID`, `PORT_IN_USE`. */
export async function serveWorker(): Promise<void> {
  // Only an embedded cluster keeps a channel to its workers; a job is about to come then.
  const isEmbedded = process.connected;
  const fromParent = isEmbedded ? await receiveEnvironment() : {};
  if (fromParent === undefined) return;
  const settings = loadSettings({ ...readProcessEnvironment(), ...fromParent });
  const workerId = makeWorkerId(systemRandom);
  const log = createProcessLog(workerId, settings.logLevel);
  const worker = new WorkerNode({
    workerId,
    // An embedded worker runs its parent's code.
    codeHash: isEmbedded ? undefined : hashCode(),
    slots: settings.slots,
    memory: splitMemory({
      limitBytes: settings.memoryLimitBytes,
      heapBytes: settings.heapBytes,
      networkBytes: settings.networkBytes,
      slots: settings.slots,
    }),
    bufferBytes: settings.bufferBytes,
    cpuCores: availableParallelism(),
    coordinator: { host: settings.coordinatorHost, port: settings.rpcPort },
    bindHost: settings.bindHost,
    dataHost: settings.workerHost,
    dataPort: settings.dataPort,
    slotEntry: new URL('../slot-main.ts', import.meta.url),
    expectsJob: isEmbedded,
    nodeOptions: settings.workerNodeOptions,
    slotSettings: {
      bufferTimeoutMs: settings.bufferTimeoutMs,
      reportIntervalMs: settings.reportIntervalMs,
      recordBytesMax: settings.recordBytesMax,
      overflowBytesMax: settings.overflowBytesMax,
      collectRowsMax: settings.collectRowsMax,
      workDirectory: settings.jobsDirectory,
    },
    clock: systemClock,
    random: systemRandom,
    log,
  });
  let isStopping = false;
  const probe = await openProbe(settings, () => worker.isRegistered && !isStopping);
  await worker.start();
  await untilStopped();
  isStopping = true;
  // The parent of an embedded worker has ended the job by now; a pod gives it the time to end.
  if (!isEmbedded) await worker.drain(settings.drainTimeoutMs);
  probe.close();
  await worker.stop();
  log.info('stopped');
}

/** An embedded cluster asks no probes; its workers start without an HTTP server. */
async function openProbe(
  { bindHost, probePort }: Settings,
  isReady: () => boolean,
): Promise<{ close(): void }> {
  if (probePort === 0) return { close: () => undefined };
  const { serveProbe } = await import('./probe.ts');
  return serveProbe(bindHost, probePort, isReady);
}
