// What holds of runtime/Dockerfile without building it: both builders can, two builds give the same layers, and what runs
// is not root. What holds of the built image is in test/e2e/scenarios/image.test.ts.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = readFileSync('runtime/Dockerfile', 'utf8');
/** Instructions with their continuation lines, without comments. */
const instructions = text
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line !== '');
const { version, license, dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly version: string;
  readonly license: string;
  readonly dependencies: { readonly node: string };
};
const stages = instructions
  .join('\n')
  .split(/^(?=FROM )/m)
  .slice(1);
const last = stages.at(-1) ?? '';

describe('runtime/Dockerfile', () => {
  it('uses nothing that one of the builders lacks', () => {
    expect(text).not.toMatch(/^# *(syntax|escape)=/im);
    expect(text).not.toMatch(/--(mount|link|chmod|parents)\b|<<-?['"]?EOF/);
  });

  it('runs on the Node that the tests run, and builds on one of the same version', () => {
    for (const image of ['BUILD_IMAGE', 'BASE_IMAGE'])
      expect(instructions).toContain(`ARG ${image}=node:${dependencies.node}-slim`);
    const bases = stages.map((stage) => /^FROM (\S+)/.exec(stage)?.[1]);
    expect(bases.at(-1)).toBe('${BASE_IMAGE}');
    expect(new Set(bases.slice(0, -1))).toEqual(new Set(['${BUILD_IMAGE}']));
  });

  it('copies into the last stage only what another stage has cleared of times and modes (I1)', () => {
    const copied = [...last.matchAll(/^COPY (.*)$/gm)].map(([, rest = '']) => rest);
    expect(copied.length).toBeGreaterThan(0);
    for (const rest of copied) {
      const [, from = 'the build context'] = /^--from=(\S+) \/image\/ \/$/.exec(rest) ?? [];
      const stage = stages.find((candidate) => candidate.includes(` AS ${from}\n`));
      expect(stage?.trimEnd(), rest).toMatch(/touch -h -t 198001010000 \{\} \+$/);
      expect(stage).toContain('chmod -R u=rwX,go=rX /image');
    }
  });

  it('runs nothing in the last stage, whose base may have no shell (I2)', () => {
    expect(last).not.toMatch(/^RUN /m);
    expect(last).toMatch(/^ENTRYPOINT \["node", /m);
    expect(last).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  });

  it('says what the image is', () => {
    expect(last).toContain(`ARG VERSION=${version}\n`);
    expect(last).toContain(`org.opencontainers.image.licenses="${license}"`);
  });
});
