// The image whose process holds a pod's namespaces: one static program, written as a docker archive without docker.

import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from '../machine/command.ts';
import { PAUSE_IMAGE } from './configuration.ts';

/** Writes `pause.tar` into the directory. */
export async function writePauseImage(binaries: string, directory: string): Promise<void> {
  const parts = join(directory, 'pause');
  await mkdir(parts, { recursive: true });
  await copyFile(join(binaries, 'pause'), join(parts, 'pause'));
  await runCommand(['tar', '--owner=0', '--group=0', '-cf', 'layer.tar', 'pause'], { cwd: parts });
  const layer = await readFile(join(parts, 'layer.tar'));
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: ['/pause'], User: '65535:65535' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
  };
  const configText = JSON.stringify(config);
  const configName = `${sha256(configText)}.json`;
  await writeFile(join(parts, configName), configText);
  const manifest = [{ Config: configName, RepoTags: [PAUSE_IMAGE], Layers: ['layer.tar'] }];
  await writeFile(join(parts, 'manifest.json'), JSON.stringify(manifest));
  await runCommand(
    ['tar', '-cf', join(directory, 'pause.tar'), 'manifest.json', configName, 'layer.tar'],
    { cwd: parts },
  );
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
