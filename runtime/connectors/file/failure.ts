// How failures of the file system are reported: what was being done, to which file, and what may help.

import { EngineError } from '../../core/errors.ts';

/** `FILE_FAILED`, or `INPUT_NOT_FOUND` when the path does not exist; an error of ours passes through unchanged. */
export function fileFailure(doing: string, path: string, cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  const code = errnoOf(cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (code === 'ENOENT' && doing === 'read') {
    return new EngineError('INPUT_NOT_FOUND', `${path} does not exist; check the path`, { cause });
  }
  return new EngineError('FILE_FAILED', `cannot ${doing} ${path}: ${reason}${adviceFor(code)}`, {
    cause,
    details: { path },
  });
}

/** The operating system's name of an error, `ENOENT` and the like. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function adviceFor(code: string | undefined): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return '; give the user of this process access to it';
    case 'ENOSPC':
      return '; free space on the volume';
    case 'EMFILE':
      return '; raise the limit of open files or narrow the pattern';
    case 'EROFS':
      return '; mount the volume writable or choose another directory';
    default:
      return '';
  }
}
