// Which machines can run a cluster: machine/requirements.ts and machine/packages.ts.

import { describe, expect, it } from 'vitest';

import { missingPackages } from '../../e2e/machine/packages.ts';
import { canRun, type MachineFacts } from '../../e2e/machine/requirements.ts';

const GIB = 2 ** 30;
const ABLE: MachineFacts = {
  platform: 'linux',
  architecture: 'x64',
  isRoot: true,
  coreCount: 2,
  memoryBytes: 8 * GIB,
  diskFreeBytes: 30 * GIB,
  isCacheOnOverlay: false,
  cacheDirectory: '/cache',
  canUnshare: true,
  canMakeCgroups: true,
  hasApt: true,
  missingPackages: ['docker.io'],
  goVersion: 'go version go1.26.8 linux/amd64',
  areBinariesBuilt: false,
};

describe('a machine', () => {
  it('can run a cluster with what Debian and Go provide', () => {
    expect(canRun(ABLE)).toStrictEqual({ kind: 'yes' });
  });

  it.each<[string, Partial<MachineFacts>, string]>([
    ['another system', { platform: 'darwin' }, 'needs Linux'],
    ['another processor', { architecture: 'riscv64' }, 'needs Linux on x64 or arm64'],
    ['no root', { isRoot: false }, 'needs root'],
    ['one core', { coreCount: 1 }, '2 cores'],
    ['little memory', { memoryBytes: 2 * GIB }, '6 GiB of memory'],
    ['no namespaces', { canUnshare: false }, 'namespaces cannot be made'],
    ['no control groups', { canMakeCgroups: false }, 'control groups cannot be made'],
    ['a cache on an overlay', { isCacheOnOverlay: true }, 'set MILLRACE_E2E_CACHE'],
    ['a long path', { cacheDirectory: `/${'long/'.repeat(20)}` }, 'too long a path'],
    ['a full disk', { diskFreeBytes: 7 * GIB }, '20 GiB free'],
    ['no apt', { hasApt: false }, 'installed first: docker.io'],
    ['no Go', { goVersion: undefined }, '`go` is not in PATH'],
    ['an old Go', { goVersion: 'go version go1.19.8 linux/amd64' }, 'go1.19.8'],
  ])('cannot with %s, and says so', (_, facts, reason) => {
    const decision = canRun({ ...ABLE, ...facts });
    expect(decision).toMatchObject({
      kind: 'no',
      reason: expect.stringContaining(reason) as string,
    });
  });

  it.each<[string, Partial<MachineFacts>]>([
    [
      'Go and a large disk, once programs are built',
      { goVersion: undefined, diskFreeBytes: 7 * GIB },
    ],
    ['apt, if nothing is missing', { hasApt: false, missingPackages: [] }],
  ])('needs no %s', (_, facts) => {
    const built = { ...ABLE, areBinariesBuilt: 'goVersion' in facts, ...facts };
    expect(canRun(built)).toStrictEqual({ kind: 'yes' });
  });

  it('lacks the packages of which no sign is there', () => {
    const lacking = ['dockerd', '/usr/lib/cni/bridge', '/opt/cni/bin/bridge'];
    expect(missingPackages((sign) => !lacking.includes(sign))).toStrictEqual([
      'docker.io',
      'containernetworking-plugins',
    ]);
  });

  it('takes network plugins from wherever they are', () => {
    expect(missingPackages((sign) => sign !== '/usr/lib/cni/bridge')).toStrictEqual([]);
  });
});
