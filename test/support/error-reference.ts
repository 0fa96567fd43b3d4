// The page `docs/reference/errors.md`, written from the table of codes in `runtime/core/errors.ts`.

import { ERROR_KINDS } from '../../runtime/core/errors.ts';
import type { ErrorDomain, RetryAdvice } from '../../runtime/core/errors.ts';

const DOMAINS: Readonly<Record<ErrorDomain, { title: string; text: string }>> = {
  user: {
    title: 'Yours to mend (`user`)',
    text: 'The job, its parameters, its data or the settings. Shown as one line that names the fix, without a stack.',
  },
  external: {
    title: 'The surroundings (`external`)',
    text: 'A disk, a network or a process that the engine depends on. Often gone on the next attempt.',
  },
  internal: {
    title: 'The engine (`internal`)',
    text: 'A bug of Millrace. Shown with its stack; please report it.',
  },
};

const ADVICE: Readonly<Record<RetryAdvice, string>> = {
  never: 'The same attempt fails again: change something first.',
  backoff: 'Trying again later may help, waiting longer each time.',
  'restart-job': 'This attempt of the job is over; a new one may succeed.',
};

/** Markdown; sorted by code within each domain, so that a new code moves no other line. */
export function renderErrorReference(): string {
  const advice = Object.entries(ADVICE).map(([name, text]) => `| \`${name}\` | ${text} |`);
  const sections = (Object.keys(DOMAINS) as ErrorDomain[]).map(renderDomain);
  return [
    '# Errors',
    'Every error that the engine raises on purpose has a code. It says whose fault the error is and what may help. Messages may change from one release to the next; codes do not.',
    `| Retry | What happens |\n| --- | --- |\n${advice.join('\n')}`,
    ...sections,
  ].join('\n\n');
}

function renderDomain(domain: ErrorDomain): string {
  const { title, text } = DOMAINS[domain];
  const rows = Object.entries(ERROR_KINDS)
    .filter(([, kind]) => kind.domain === domain)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([code, { meaning, retry }]) => `| \`${code}\` | ${meaning} | \`${retry}\` |`);
  return `## ${title}\n\n${text}\n\n| Code | Meaning | Retry |\n| --- | --- | --- |\n${rows.join('\n')}`;
}
