// The Java that builds Flink's image and the example job: a JDK of a version that Flink supports, with jlink, and Maven.
// `readJava` looks, `judgeJava` decides, and says what is missing in words that name the remedy.

import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../machine/command.ts';

/** What was found; nothing inferred. */
export interface JavaFacts {
  /** The directory of the JDK, or undefined without one. */
  readonly home: string | undefined;
  /** As `javac -version` says it. */
  readonly javac: string | undefined;
  /** As `mvn --version` says it. */
  readonly maven: string | undefined;
}

/** Same facts, same decision. */
export type JavaDecision =
  { readonly kind: 'yes'; readonly jdk: Jdk } | { readonly kind: 'no'; readonly reason: string };

/** A JDK to build with and to make a runtime of. */
export interface Jdk {
  readonly home: string;
  /** All of what the tools say of themselves; part of the key of what is built with them. */
  readonly version: string;
}

/** Versions that Flink 2.3 runs on. */
const MAJORS = [17, 21];

/** Whether Flink's image can be built here. */
export function judgeJava({ home, javac, maven }: JavaFacts): JavaDecision {
  const remedy = 'install openjdk-17-jdk-headless and maven';
  if (home === undefined || javac === undefined) {
    return { kind: 'no', reason: `\`javac\` is not in PATH: ${remedy}` };
  }
  const major = Number(/^javac (\d+)/.exec(javac)?.[1]);
  if (!MAJORS.includes(major)) {
    const wanted = MAJORS.join(' or ');
    return { kind: 'no', reason: `Flink needs Java ${wanted}, and this is ${javac}: ${remedy}` };
  }
  if (maven === undefined) return { kind: 'no', reason: `\`mvn\` is not in PATH: ${remedy}` };
  return { kind: 'yes', jdk: { home, version: javac } };
}

/** Looks at this machine. */
export async function readJava(): Promise<JavaFacts> {
  const [javac, maven, path] = await Promise.all([
    answer(['javac', '-version']),
    answer(['mvn', '--version']),
    answer(['sh', '-c', 'command -v javac']),
  ]);
  const binary = path === undefined ? undefined : await realpath(path);
  return { home: binary === undefined ? undefined : join(dirname(binary), '..'), javac, maven };
}

/** What a command prints, or undefined where it cannot be run. */
async function answer(command: readonly [string, ...string[]]): Promise<string | undefined> {
  return runCommand(command).then(
    (text) => text.trim(),
    () => undefined,
  );
}
