#!/usr/bin/env node
// The `millrace` command. Each verb is a module of `cli/`, loaded when it is asked for, so that a worker starts without
// what only a terminal needs. V8's code cache makes later starts faster.

import { enableCompileCache } from 'node:module';

enableCompileCache();

const { runCommandLine } = await import('./cli/command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
