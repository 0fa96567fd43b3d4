// The page `docs/reference/config.md`, written from the settings' schema, their defaults and their variables.

import {
  DEFAULTS,
  ENVIRONMENT,
  SETTING_NAMES,
  type SettingName,
  settingsShape,
} from '../../runtime/deployment.ts';

/** Markdown; one row a variable, in the order of the table in `runtime/config/environment.ts`. */
export function renderConfigReference(): string {
  return [
    '# Settings',
    'Coordinator and workers read their settings from environment variables, once, when they start. Both take all of them, and act on those that name them. An empty variable counts as unset. Everything wrong is reported at once, and an unknown `MILLRACE_*` variable is refused, so that a misspelt one does not go unnoticed. `millrace run` passes the variables of its own environment on to its workers; its options come first.',
    '| Variable | Default | Written as | Read by | Meaning |\n| --- | --- | --- | --- | --- |',
  ]
    .join('\n\n')
    .concat('\n', SETTING_NAMES.map(renderRow).join('\n'));
}

function renderRow(name: SettingName): string {
  const { variable, expects, readBy } = ENVIRONMENT[name];
  const form = expects.replace(/^must be /, '');
  const meaning = settingsShape[name].description ?? '';
  const cells = [`\`${variable}\``, defaultOf(name), form, readBy.join(', '), meaning];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function defaultOf(name: SettingName): string {
  const value = (DEFAULTS as Readonly<Partial<Record<SettingName, unknown>>>)[name];
  if (value === undefined) return '';
  // Each form renders the value of its own setting; looking both up by name loses the pairing.
  const { render } = ENVIRONMENT[name] as { render: (value: unknown) => string };
  const text = render(value);
  return text === '' ? '' : `\`${text}\``;
}
