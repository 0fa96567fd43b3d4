// What the two base images are made of, as a list of files: from this machine's Node, C library and busybox, npm's package,
// and the few lines that a root file system needs. Opens nothing but what it lists.
//   I1. Same files, same key: file times and the directory they are assembled in do not count.

import { createHash } from 'node:crypto';
import {
  chmod,
  copyFile,
  lutimes,
  mkdir,
  readdir,
  readFile,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { runCommand } from '../machine/command.ts';

/** A file of an image: copied from this machine, written, or linked. */
export type RootFile =
  | { readonly path: string; readonly from: string; readonly mode?: number }
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly linkTo: string };

const EXECUTABLE = 0o755;
const READABLE = 0o644;
const ANYONE_MAY_WRITE = 0o1777;
const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const NPM_DIRECTORY = '/usr/local/lib/node_modules/npm';
/** How npm reaches its registry from here; passwords and tokens stay where they are. */
const NPM_SETTINGS = ['registry', 'proxy', 'https-proxy', 'noproxy'] as const;
/** Applets are linked into these. */
const COMMAND_DIRECTORIES = ['/bin', '/sbin', '/usr/bin', '/usr/sbin'];

/** Of the image that runs. */
export async function listRuntimeFiles(nodeBinary: string): Promise<readonly RootFile[]> {
  const libraries = await listLibraries(nodeBinary);
  return [
    { path: '/usr/local/bin/node', from: nodeBinary, mode: EXECUTABLE },
    ...libraries.map((path) => ({ path, from: path, mode: EXECUTABLE })),
    { path: '/etc/passwd', text: 'root:x:0:0:root:/root:/sbin/nologin\n' },
    { path: '/etc/group', text: 'root:x:0:\n' },
    { path: '/etc/nsswitch.conf', text: 'hosts: files dns\n' },
  ];
}

/** What the image that builds has more; `npmDirectory` is npm's unpacked package. */
export async function listBuildFiles(npmDirectory: string): Promise<readonly RootFile[]> {
  const entries = await readdir(npmDirectory, { recursive: true, withFileTypes: true });
  const npmFiles = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((from) => ({
      path: join(NPM_DIRECTORY, relative(npmDirectory, from)),
      from,
      mode: from.endsWith('-cli.js') ? EXECUTABLE : READABLE,
    }));
  return [
    ...npmFiles,
    { path: '/bin/busybox', from: '/bin/busybox', mode: EXECUTABLE },
    { path: CA_BUNDLE, from: CA_BUNDLE, mode: READABLE },
    { path: '/usr/local/bin/npm', linkTo: `${NPM_DIRECTORY}/bin/npm-cli.js` },
    { path: '/usr/local/etc/npmrc', text: await readNpmSettings(dirname(npmDirectory)) },
  ];
}

/** A key of the content of the files. */
export async function hashFiles(files: readonly RootFile[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file.path}\0`);
    hash.update('from' in file ? await readFile(file.from) : JSON.stringify(file));
  }
  return hash.digest('hex');
}

/** Puts the files under `root`, which must not exist yet; /tmp is there, and open to all. */
export async function assembleRoot(root: string, files: readonly RootFile[]): Promise<void> {
  for (const directory of ['/tmp', ...COMMAND_DIRECTORIES]) {
    await mkdir(join(root, directory), { recursive: true });
  }
  await chmod(join(root, '/tmp'), ANYONE_MAY_WRITE);
  for (const file of files) {
    const target = join(root, file.path);
    await mkdir(dirname(target), { recursive: true });
    if ('linkTo' in file) await symlink(file.linkTo, target);
    else if ('text' in file) await writeFile(target, file.text, { mode: READABLE });
    else await copyFile(file.from, target);
    if ('from' in file && file.mode !== undefined) await chmod(target, file.mode);
  }
  const entries = await readdir(root, { recursive: true });
  for (const entry of entries) await lutimes(join(root, entry), 0, 0);
}

/** The libraries and the loader that a binary is linked with, at the paths at which the loader looks for them. */
export async function listLibraries(binary: string): Promise<readonly string[]> {
  const listing = await runCommand(['ldd', binary]);
  const paths = [...listing.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)].map(([, path = '']) => path);
  if (paths.length === 0) throw new Error(`ldd lists no library of ${binary}:\n${listing}`);
  return paths.sort();
}

async function readNpmSettings(cwd: string): Promise<string> {
  const shown = await runCommand(['npm', 'config', 'get', ...NPM_SETTINGS], { cwd });
  const set = shown.split('\n').filter((line) => !/^$|=(null|undefined)?$/.test(line));
  return [...set, `cafile=${CA_BUNDLE}`, 'update-notifier=false', ''].join('\n');
}
