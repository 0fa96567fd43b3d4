// Takes one line of comma-separated values apart, RFC 4180. A line at a time, and not a file, because a reader must know
// where each record begins: its position is the byte after the last record it gave.

/** The cells; `open` when a quoted value does not end on this line, `malformed` when something follows its last quote. */
export function csvCells(
  line: string,
  delimiter: string,
): readonly string[] | 'open' | 'malformed' {
  if (!line.includes('"')) return line.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; ; at++) {
    if (line.startsWith('"', at)) {
      const end = endOfQuoted(line, at);
      if (end < 0) return 'open';
      cells.push(line.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
      if (at < line.length && line[at] !== delimiter) return 'malformed';
    } else {
      const end = line.indexOf(delimiter, at);
      cells.push(end < 0 ? line.slice(at) : line.slice(at, end));
      at = end < 0 ? line.length : end;
    }
    if (at >= line.length) return cells;
  }
}

/** The quote that ends the value whose first quote is at `start`; two quotes stand for one of the value. */
function endOfQuoted(line: string, start: number): number {
  let end = line.indexOf('"', start + 1);
  while (end >= 0 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
  return end;
}
