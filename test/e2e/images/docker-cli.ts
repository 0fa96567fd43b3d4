// Calls the docker client for one daemon, always with BuildKit: layers are then shared with what the program builds.

import { runCommand } from '../machine/command.ts';

/** How to reach the daemon: `DOCKER_HOST`, and the client to call. */
export interface DockerCli {
  readonly host: string;
  readonly command: string;
}

/** Answers with the standard output. Rejects with the last lines of the standard error. */
export async function runDocker(cli: DockerCli, args: readonly string[]): Promise<string> {
  return runCommand([cli.command, ...args], {
    environment: { DOCKER_HOST: cli.host, DOCKER_BUILDKIT: '1' },
  });
}

/** The options of `docker build` for its arguments. */
export function buildArguments(pairs: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(pairs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
}
