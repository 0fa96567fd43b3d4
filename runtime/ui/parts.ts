// The small pieces that several views show: a status, a load bar, a labelled figure, a line of recent rates.
// Plain functions, not components: their arguments are checked by the compiler.

import { html } from 'htm/preact';
import type { VNode } from 'preact';

import type { Job, Load, Subtask } from './figures.ts';
import { formatPerMille } from './format.ts';

/** A status in its colour; the word is always there, so that colour never says it alone. */
export function showStatus(status: Job['status'] | Subtask['status']): VNode {
  return html`<span class="status" data-status=${status}>
    <span class="dot" data-status=${status} aria-hidden="true"></span>${status}
  </span>`;
}

/** Busy red, idle blue, backpressured grey: Flink's colours. */
export function showLoad(load: Load): VNode {
  const parts = (['busy', 'backpressured', 'idle'] as const).filter((part) => load[part] > 0);
  const text =
    parts.length === 0
      ? 'not running'
      : parts.map((part) => `${part} ${formatPerMille(load[part])}`).join(', ');
  return html`<span class="load" role="img" aria-label=${text} title=${text}>
    ${parts.map(
      (part) =>
        html`<span
          key=${part}
          class="load-part"
          data-load=${part}
          style=${{ flexGrow: load[part] }}
        >
        </span>`,
    )}
  </span>`;
}

/** A figure and what it is. */
export function showFigure(label: string, value: VNode | string, note?: string): VNode {
  return html`<div class="figure">
    <dt>${label}</dt>
    <dd>${value}${note !== undefined && html`<small>${note}</small>`}</dd>
  </div>`;
}

const LINE = { width: 240, height: 44 } as const;

/** The recent rates as a filled line from zero; nothing before the second sample. */
export function showRates(rates: readonly number[], label: string): VNode | undefined {
  if (rates.length < 2) return undefined;
  const top = Math.max(...rates, 1) * 1.1;
  const step = LINE.width / (rates.length - 1);
  const line = rates
    .map((rate, index) => {
      const y = LINE.height - (rate / top) * LINE.height;
      return `${(index * step).toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' L');
  return html`<svg
    class="rates"
    viewBox=${`0 0 ${LINE.width} ${LINE.height}`}
    preserveAspectRatio="none"
    role="img"
    aria-label=${label}
  >
    <path class="rates-area" d=${`M0,${LINE.height} L${line} L${LINE.width},${LINE.height} Z`} />
    <path class="rates-line" d=${`M${line}`} />
  </svg>`;
}
