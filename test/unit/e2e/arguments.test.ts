// What the words of `npm run e2e` mean: arguments.ts.

import { describe, expect, it } from 'vitest';

import { parseCommand, UsageError } from '../../e2e/arguments.ts';

describe('the words of npm run e2e', () => {
  it('run everything with the double on a cluster of our own by default', () => {
    expect(parseCommand([])).toStrictEqual({
      kind: 'run',
      only: [],
      engine: 'double',
      keep: false,
    });
  });

  it('name scenarios, an engine, and whether to keep the cluster', () => {
    expect(
      parseCommand(['--only', 'up', '--only', 'scale', '--keep', '--engine', 'pulumi']),
    ).toMatchObject({ only: ['up', 'scale'], engine: 'pulumi', keep: true });
  });

  it('lead to another cluster by its kubeconfig and an image it can pull', () => {
    const command = parseCommand(['--kubeconfig', 'k', '--image', 'host/engine:1']);
    expect(command).toMatchObject({ elsewhere: { kubeconfig: 'k', image: 'host/engine:1' } });
  });

  it.each([
    ['--help', 'help'],
    ['--list', 'list'],
    ['--down', 'down'],
  ])('%s does only that', (word, kind) => {
    expect(parseCommand([word])).toStrictEqual({ kind });
  });

  it.each([
    [['--engine', 'terraform'], '--engine is double or pulumi, and not terraform'],
    [['--kubeconfig', 'k'], 'belong together'],
    [['--image', 'i'], 'belong together'],
    [['--kubeconfig', 'k', '--image', 'i', '--keep'], 'leave it out'],
    [['--onyl', 'up'], '--onyl'],
    [['up'], 'up'],
  ])('%j is refused in one line', (words, message) => {
    const parse = () => parseCommand(words);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow('\n');
  });
});
