// What docs/operations.md says of settings, ports, memory and errors is what the code says.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, defaultHeapBytes } from '../../runtime/config/defaults.ts';
import { ENVIRONMENT } from '../../runtime/config/environment.ts';
import { findSettingProblems, loadSettings } from '../../runtime/config/load.ts';
import { formatMemory, splitMemory } from '../../runtime/config/memory-model.ts';
import { ERROR_KINDS } from '../../runtime/core/errors.ts';
import { NetworkMemory } from '../../runtime/worker/network-memory.ts';
import { listCommands } from './guide-page.ts';

const page = readFileSync('docs/operations.md', 'utf8');
const MIB = 1024 ** 2;

/** `NAME=value` pairs of a piece of shell, quotes taken off. */
function variablesOf(shell: string): Record<string, string> {
  const pairs = shell.matchAll(/\b([A-Z][A-Z_]+)=('[^']*'|\S+)/g);
  return Object.fromEntries(
    [...pairs].map(([, name = '', value = '']) => [name, value.replaceAll("'", '')]),
  );
}

function rowsAfter(heading: string): readonly (readonly string[])[] {
  const lines = page.slice(page.indexOf(heading)).split('\n');
  const start = lines.findIndex((line) => /^\| -+/.test(line)) + 1;
  const rows = lines.slice(start, lines.indexOf('', start));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/operations.md', () => {
  it('sets variables that exist to values that they take', () => {
    const commands = [...page.matchAll(/```sh\n([^]*?)```/g)]
      .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
      .map(variablesOf)
      .filter((variables) => Object.keys(variables).length > 0);
    expect(commands.length).toBeGreaterThan(4);
    const known: readonly string[] = Object.values(ENVIRONMENT).map(({ variable }) => variable);
    for (const variables of commands) {
      expect(findSettingProblems(variables)).toEqual([]);
      expect(known).toEqual(expect.arrayContaining(Object.keys(variables)));
    }
  });

  it('names settings that exist', () => {
    const known = Object.values(ENVIRONMENT).map(({ variable }) => variable);
    const named = [...page.matchAll(/`((?:MILLRACE|TASK_MANAGER|JOB)_[A-Z_]+)`/g)].map(
      ([, name]) => name,
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !known.includes(name ?? ''))).toEqual(['JOB_NOT_FOUND']);
  });

  it('shows what wrong settings are answered with', () => {
    const [{ command, output } = { command: '', output: [] }] = listCommands(page);
    expect(() => loadSettings(variablesOf(command))).toThrow(
      output.join('\n').replace('error: ', ''),
    );
  });

  it('has the default ports', () => {
    const ports = rowsAfter('## Ports and probes').map(([, port, setting]) => [
      setting,
      Number(port),
    ]);
    const { rpcPort, restPort, dataPort, probePort } = ENVIRONMENT;
    expect(ports).toEqual([
      [`\`${rpcPort.variable}\``, DEFAULTS.rpcPort],
      [`\`${restPort.variable}\``, DEFAULTS.restPort],
      [`\`${dataPort.variable}\``, DEFAULTS.dataPort],
      [`\`${probePort.variable}\``, DEFAULTS.probePort],
    ]);
  });

  it.each(rowsAfter('Some examples, as the engine'))(
    'divides %s MiB on %s slots as the engine does',
    (...row) => {
      const [limit = '', slots = '', heap = '', network = '', division = ''] = row;
      const limitBytes = Number(limit) * MIB;
      const memory = splitMemory({
        limitBytes,
        slots: Number(slots),
        heapBytes: heap === '' ? defaultHeapBytes(limitBytes) : Number(heap) * MIB,
        networkBytes: network === '' ? DEFAULTS.networkBytes : Number(network) * MIB,
      });
      expect(division).toBe(formatMemory(memory, Number(slots)));
    },
  );

  it('shares the network memory out as the engine does', () => {
    const reserve = (rings: number) =>
      new NetworkMemory(DEFAULTS.networkBytes, DEFAULTS.bufferBytes).reserve(rings);
    expect(page).toContain(
      `112 rings. In 64 MiB each gets ${reserve(112).buffersPerRing} buffers.`,
    );
    const shown = /```text\n(The job needs [^]*?)\n```/.exec(page)?.[1] ?? 'nothing';
    expect(() => reserve(3840)).toThrow(shown);
  });

  it('explains codes that exist', () => {
    const codes = rowsAfter('## Failures').flatMap(
      ([, code = '']) => /`(\w+)`/.exec(code)?.[1] ?? [],
    );
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !(code in ERROR_KINDS))).toEqual([]);
  });
});
