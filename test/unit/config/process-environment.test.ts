// config/process-environment.ts: the variables of this process, as they are now.

import { afterEach, expect, it, vi } from 'vitest';
import { readProcessEnvironment } from '../../../runtime/config/process-environment.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('reads a variable that was set a moment ago', () => {
  vi.stubEnv('MILLRACE_LOG_LEVEL', 'warn');
  expect(readProcessEnvironment()['MILLRACE_LOG_LEVEL']).toBe('warn');
});
