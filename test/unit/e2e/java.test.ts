// Whether a machine can build Flink's image, from what was found on it.

import { describe, expect, it } from 'vitest';
import { judgeJava, type JavaFacts } from '../../e2e/flink/java.ts';

const complete: JavaFacts = {
  home: '/usr/lib/jvm/java-17',
  javac: 'javac 17.0.15',
  maven: 'Apache Maven 3.8.7',
};

describe('judgeJava', () => {
  it.each(['javac 17.0.15', 'javac 21.0.8', 'javac 21'])('takes %s', (javac) => {
    expect(judgeJava({ ...complete, javac })).toEqual({
      kind: 'yes',
      jdk: { home: complete.home, version: javac },
    });
  });

  it.each([
    [{ home: undefined, javac: undefined }, '`javac` is not in PATH'],
    [{ javac: 'javac 25.0.1' }, 'Flink needs Java 17 or 21, and this is javac 25.0.1'],
    [{ javac: 'javac 1.8.0_402' }, 'Flink needs Java 17 or 21'],
    [{ maven: undefined }, '`mvn` is not in PATH'],
  ])('refuses %o and names the packages', (missing, reason) => {
    expect(judgeJava({ ...complete, ...missing })).toEqual({
      kind: 'no',
      reason: expect.stringContaining(reason) as string,
    });
    expect(judgeJava({ ...complete, ...missing })).toEqual({
      kind: 'no',
      reason: expect.stringContaining('openjdk-17-jdk-headless') as string,
    });
  });
});
