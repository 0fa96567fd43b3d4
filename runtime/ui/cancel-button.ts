// Cancelling is asked twice: the first press only offers it, and the offer lapses when the job's state changes.

import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from 'htm/preact';
import type { VNode } from 'preact';

import type { Job } from './figures.ts';

type Stage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'offered' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'refused'; readonly reason: string };

interface CancelButtonProps {
  readonly jobId: string;
  readonly status: Job['status'];
}

/** Shown while the job is active. */
export function CancelButton({ jobId, status }: CancelButtonProps): VNode {
  const [stage, setStage] = useState<Stage>({ kind: 'idle' });
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => setStage({ kind: 'idle' }), [status]);
  // The focus goes to the harmless choice, so that a second press of the same key does no harm.
  useEffect(() => {
    if (stage.kind === 'offered') keep.current?.focus();
  }, [stage.kind]);

  if (status === 'CANCELLING' || stage.kind === 'asked') {
    return html`<button class="button" disabled>Cancelling…</button>`;
  }
  if (stage.kind === 'offered') {
    return html`<div class="choice" role="group" aria-label="Cancel this job?">
      <button ref=${keep} class="button" onClick=${() => setStage({ kind: 'idle' })}>
        Keep it running
      </button>
      <button
        class="button button-danger"
        onClick=${() => {
          setStage({ kind: 'asked' });
          void requestCancel(jobId).then(setStage);
        }}
      >
        Cancel the job
      </button>
    </div>`;
  }
  return html`<div class="choice">
    ${stage.kind === 'refused' && html`<span role="alert" class="refusal">${stage.reason}</span>`}
    <button class="button" onClick=${() => setStage({ kind: 'offered' })}>Cancel…</button>
  </div>`;
}

/** `asked` stays until the next snapshot shows another status. */
async function requestCancel(jobId: string): Promise<Stage> {
  try {
    const response = await fetch(`jobs/${jobId}?mode=cancel`, { method: 'PATCH' });
    if (response.ok) return { kind: 'asked' };
    const { errors } = (await response.json()) as { readonly errors: readonly string[] };
    return { kind: 'refused', reason: errors.join(' ') };
  } catch {
    return { kind: 'refused', reason: 'The coordinator did not answer; try again.' };
  }
}
