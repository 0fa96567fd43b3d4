// `millrace coordinator`: a coordinator as its environment says. With JOB_NAME it runs that job as soon as there are slots
// for it, and keeps the page up afterwards.

import { loadSettings } from '../config/load.ts';
import { readProcessEnvironment } from '../config/process-environment.ts';
import type { Settings } from '../config/schema.ts';
import { Coordinator } from '../coordinator/coordinator.ts';
import { systemClock } from '../core/clock.ts';
import { toErrorRecord } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { systemRandom } from '../core/random.ts';
import { resolveJobModule } from '../program/load-job.ts';
import { startRestServer } from '../server/rest-server.ts';
import { createProcessLog } from './process-log.ts';
import { untilStopped } from './until-stopped.ts';
import { engineVersion } from './version.ts';

/** Resolves when the process was told to stop and has. Throws `CONFIG_INVALID`, `PORT_IN_USE`, `JOB_NOT_FOUND`. */
export async function serveCoordinator(): Promise<void> {
  const settings = loadSettings(readProcessEnvironment());
  const log = createProcessLog('coordinator', settings.logLevel);
  const module =
    settings.jobName === undefined
      ? undefined
      : resolveJobModule(settings.jobName, settings.jobsDirectory);
  const coordinator = new Coordinator({
    version: engineVersion(),
    ...settings,
    clock: systemClock,
    random: systemRandom,
    log,
  });
  await coordinator.listen(settings.bindHost, settings.rpcPort);
  const rest = await startRestServer({
    snapshot: () => coordinator.snapshot(),
    isReady: () => true,
    cancelJob: (id) => coordinator.cancelJob(id),
    host: settings.bindHost,
    port: settings.restPort,
    log,
  });
  if (module !== undefined) void runJob(coordinator, module, settings, log);
  await untilStopped();
  await rest.stop();
  coordinator.stop();
}

async function runJob(
  coordinator: Coordinator,
  module: string,
  settings: Settings,
  log: Log,
): Promise<void> {
  try {
    const id = await coordinator.submit({
      module,
      parameters: settings.jobParameters,
      parallelism: settings.parallelism,
    });
    const { status, failure } = await coordinator.waitForEnd(id);
    if (status === 'FINISHED') log.info('the job has finished', { job: settings.jobName });
    else log.error('the job has ended', { status, code: failure?.code, reason: failure?.message });
  } catch (error) {
    const { code, message } = toErrorRecord(error);
    log.error('the job cannot be run', { code, reason: message });
  }
}
