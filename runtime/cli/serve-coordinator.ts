// `millrace coordinator`: a coordinator as its environment says. With JOB_NAME it runs that job as soon as there are slots
// for it, again after failures that a new attempt may overcome, and keeps the page up afterwards.
//   I1. A job that cannot be planned ends the process before it listens: it never looks healthy.

import { loadSettings } from '../config/load.ts';
import { readProcessEnvironment } from '../config/process-environment.ts';
import type { Settings } from '../config/schema.ts';
import { CONNECTORS } from '../connectors/catalog.ts';
import { Coordinator } from '../coordinator/coordinator.ts';
import { superviseJob } from '../coordinator/supervise-job.ts';
import { systemClock } from '../core/clock.ts';
import { toErrorRecord } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { systemRandom } from '../core/random.ts';
import { loadJob, resolveJobModule } from '../program/load-job.ts';
import { planJob } from '../program/plan-job.ts';
import type { JobProgram } from '../protocol/control.ts';
import { startRestServer } from '../server/rest-server.ts';
import { hashCode } from './code-hash.ts';
import { createProcessLog } from './process-log.ts';
import { untilStopped } from './until-stopped.ts';
import { engineVersion } from './version.ts';

/** Resolves when the process was told to stop and has. Throws `PORT_IN_USE` and what is wrong with settings or job. */
export async function serveCoordinator(): Promise<void> {
  const settings = loadSettings(readProcessEnvironment());
  const log = createProcessLog('coordinator', settings.logLevel);
  const program = await planProgram(settings); // I1
  const coordinator = new Coordinator({
    version: engineVersion(),
    codeHash: hashCode(),
    ...settings,
    clock: systemClock,
    random: systemRandom,
    log,
    enumerators: CONNECTORS.enumerators,
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
  if (program !== undefined) void runJob(coordinator, program, settings, log);
  await untilStopped();
  log.info('told to stop');
  coordinator.stop();
  await rest.stop();
}

/** The job of the settings, if there is one; throws what is wrong with it. */
async function planProgram(settings: Settings): Promise<JobProgram | undefined> {
  const { jobName, jobsDirectory, jobParameters: parameters, parallelism, mode } = settings;
  if (jobName === undefined) return undefined;
  const module = resolveJobModule(jobName, jobsDirectory);
  planJob(await loadJob(module), parameters, { parallelism, mode });
  return { module, parameters, parallelism, mode };
}

async function runJob(
  coordinator: Coordinator,
  program: JobProgram,
  policy: Settings,
  log: Log,
): Promise<void> {
  try {
    await superviseJob(coordinator, program, {
      policy,
      clock: systemClock,
      random: systemRandom,
      log,
    });
  } catch (error) {
    const { code, message } = toErrorRecord(error);
    log.error('the job cannot be run', { code, reason: message });
  }
}
