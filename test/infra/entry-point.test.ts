// The program as Pulumi starts it: the SDK's own entry point loads `main` of package.json by Node's type stripping.

import { describe, expect, it } from 'vitest';
import { runProgram } from './pulumi-engine.ts';
import type { ProgramRun } from './pulumi-engine.ts';
import { PROJECT, readStackFile, STACKS, toConfig } from './stack-harness.ts';

function run(
  stack: string,
  sections: Record<string, unknown>,
  preview = false,
): Promise<ProgramRun> {
  const directory = process.cwd();
  return runProgram({ project: PROJECT, stack, directory, config: toConfig(sections), preview });
}

describe.concurrent('the program under the entry point of the SDK', () => {
  // A preview needs no Docker daemon only if nothing of Docker is registered, which prod shows.
  it.each(STACKS)('runs stack %s', async (stack) => {
    const isPreview = stack === 'prod';
    const result = await run(stack, readStackFile(stack), isPreview);
    expect(result.messages).toEqual([]);
    expect(result.exitCode).toBe(0);
    expect(Object.keys(result.outputs).sort()).toEqual([
      'image',
      'memoryBudget',
      'rest',
      'sizing',
      'slots',
    ]);
    expect(result.outputs['rest']).toMatchObject({ service: 'millrace-rest', port: 8081 });
    const count = (prefix: string): number =>
      result.types.filter((type) => type.startsWith(prefix)).length;
    expect(count('kubernetes:apps/v1:Deployment')).toBe(2);
    expect(count('docker:')).toBe(isPreview ? 0 : 1);
  });

  it('refuses bad config with every problem, before any resource', async () => {
    const sections = readStackFile('dev');
    const workers = { replicas: 0, memory: { total: '1TB', heap: '10KiB' } };
    const { exitCode, messages, types } = await run('dev', { ...sections, workers, jop: {} });
    const text = messages.join('\n');
    expect(exitCode).not.toBe(0);
    expect(types).toEqual(['pulumi:pulumi:Stack']);
    expect(text).toContain("The stack's config has 4 problems; nothing was changed.");
    expect(text).toContain('jop: is not a section');
    expect(text).toContain('workers.replicas = 0: must be at least 1');
    expect(text).toContain(
      'workers.memory.total = "1TB": must be a size such as "512MiB" or "2GiB"',
    );
    expect(text).toContain('workers.memory.heap = "10KiB": must be a whole number of MiB');
    expect(text).not.toContain('    at ');
  });
});
