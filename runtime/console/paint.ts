// Colours of a terminal: the few of them that every terminal has.

/** Wraps a text in a colour, or leaves it. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly busy: (text: string) => string;
  readonly idle: (text: string) => string;
}

const leave = (text: string): string => text;

/** No colour at all: for NO_COLOR, a file, or a test. */
export const plainPaint: Paint = {
  strong: leave,
  faint: leave,
  good: leave,
  bad: leave,
  busy: leave,
  idle: leave,
};

/** Busy red and idle blue, as on the page. */
export const colorPaint: Paint = {
  strong: wrap(1, 22),
  faint: wrap(2, 22),
  good: wrap(32, 39),
  bad: wrap(31, 39),
  busy: wrap(31, 39),
  idle: wrap(34, 39),
};

function wrap(open: number, close: number): (text: string) => string {
  return (text) => (text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`);
}
