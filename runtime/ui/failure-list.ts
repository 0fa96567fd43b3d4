// Why a job failed: code, message, where, the facts, and the stack for who wants it. Newest first.

import { html } from 'htm/preact';
import type { VNode } from 'preact';

import type { Job } from './figures.ts';
import { formatMoment } from './format.ts';

type Failure = Job['failures'][number];

/** Nothing at all while there is no failure. */
export function showFailures(job: Job): VNode | undefined {
  if (job.failures.length === 0) return undefined;
  return html`
    <section aria-labelledby="failures">
      <h2 id="failures">${job.failures.length === 1 ? 'Failure' : 'Failures'}</h2>
      <ol class="failures">
        ${job.failures.map((failure) => showFailure(failure))}
      </ol>
    </section>
  `;
}

function showFailure({ error, atMs, taskName, workerId }: Failure): VNode {
  const facts = [
    ...(taskName === undefined ? [] : [['task', taskName] as const]),
    ...(workerId === undefined ? [] : [['worker', workerId] as const]),
    ...Object.entries(error.details ?? {}),
  ];
  return html`
    <li key=${`${atMs}-${error.code}-${taskName ?? ''}`}>
      <header>
        <code class="code">${error.code}</code>
        <time datetime=${new Date(atMs).toISOString()}>${formatMoment(atMs)}</time>
      </header>
      <p class="message">${error.message}</p>
      ${
        facts.length > 0 &&
        html`<dl class="facts">
          ${facts.map(
            ([name, value]) =>
              html`<div key=${name}>
                <dt>${name}</dt>
                <dd class="mono">${value}</dd>
              </div>`,
          )}
        </dl>`
      }
      ${
        error.stack !== undefined &&
        html`<details>
          <summary>Stack</summary>
          <pre tabindex="0">${error.stack}</pre>
        </details>`
      }
    </li>
  `;
}
