// Changes of a stack: the preview says which objects change, and exactly the pods it concerns are replaced.

import { expect, it } from 'vitest';
import { nameOf, restartsOf } from '../harness/cluster.ts';
import { expectedLines } from '../harness/paced-answer.ts';
import type { Platform, Role, Sections } from '../harness/platform.ts';
import { openScenario } from '../harness/scenario.ts';
import { changes, diffOf, summarize } from '../harness/steps.ts';

const ANSWER = { seconds: 5, recordsPerSecond: 1_000, keys: 10 };

interface Change {
  readonly what: string;
  readonly sections: Sections;
  readonly rolls: readonly Role[];
}

const CHANGES: readonly Change[] = [
  {
    what: 'memory of the workers',
    sections: { workers: { memory: { total: '576MiB' } } },
    rolls: ['worker'],
  },
  {
    what: 'a parameter of the job',
    sections: { job: { parameters: { seconds: ANSWER.seconds + 1 } } },
    rolls: ['coordinator'],
  },
  {
    what: 'slots, with the parallelism of the job as it is',
    sections: { workers: { slots: 3 } },
    rolls: ['worker'],
  },
  {
    what: 'the level of the log',
    sections: { engine: { MILLRACE_LOG_LEVEL: 'debug' } },
    rolls: ['coordinator', 'worker'],
  },
  {
    what: 'memory of the coordinator',
    sections: { coordinator: { memory: '576MiB' } },
    rolls: ['coordinator'],
  },
];

it('replaces the pods that a change concerns, and no other', async () => {
  const { platform, start } = await openScenario({
    name: 'change',
    stackFile: 'paced',
    sections: { job: { parameters: { seconds: ANSWER.seconds } } },
  });
  await start();
  let seconds = ANSWER.seconds;
  for (const { what, sections, rolls } of CHANGES) {
    const before = await podNames(platform);
    platform.configure(sections);
    const preview = await platform.preview();
    const deployments = changes(preview).filter(({ type }) => type.endsWith(':Deployment'));
    expect(deployments.map(({ name }) => roleOf(name)).sort(), what).toEqual([...rolls].sort());
    const outcome = await platform.up();
    expect(summarize(outcome), what).toEqual(summarize(preview));
    const after = await podNames(platform);
    for (const role of ['coordinator', 'worker'] as const) {
      if (rolls.includes(role)) expect(after[role], what).not.toEqual(before[role]);
      else expect(after[role], what).toEqual(before[role]);
    }
    if (what === 'a parameter of the job') seconds += 1;
  }
  await platform.jobIs('FINISHED');
  const lines = await platform.lines('/data/out/paced/counts');
  expect(lines).toEqual(expectedLines({ ...ANSWER, seconds }));
});

it('shows a changed job by the lines of its operators', async () => {
  const { platform, start } = await openScenario({
    name: 'plan',
    stackFile: 'paced',
    sections: { job: { parameters: { seconds: 1 } } },
  });
  await start();
  platform.configure({ job: { parallelism: 1 } });
  const preview = await platform.preview();
  const plan = changes(preview).find(({ name }) => name.endsWith('-plan'));
  const diff = diffOf(preview, plan?.name ?? '').join('\n');
  expect(diff).toContain('records by second');
  expect(diff).toContain('parallelism 1');
  await platform.up();
  await platform.jobIs('FINISHED');
  const lines = await platform.lines('/data/out/paced/counts');
  expect(lines).toEqual(expectedLines({ ...ANSWER, seconds: 1 }));
});

function roleOf(resourceName: string): Role {
  return resourceName.includes('coordinator') ? 'coordinator' : 'worker';
}

/** With the restarts of their containers, which a roll-out has none of. */
async function podNames(platform: Platform): Promise<Record<Role, readonly string[]>> {
  const coordinator = [await platform.coordinator()];
  const workers = await platform.workers(2);
  const named = (pods: readonly Parameters<typeof nameOf>[0][]) =>
    pods.map((pod) => `${nameOf(pod)} ${restartsOf(pod)}`);
  return { coordinator: named(coordinator), worker: named(workers) };
}
