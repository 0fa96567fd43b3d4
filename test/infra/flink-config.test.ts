// Stack files for Flink: what is refused, by path and with the key to use instead; and what the names of the container contract
// stand for.

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseStackConfig, StackConfigError } from '../../infra/config.ts';
import type { StackConfig } from '../../infra/stack-schema.ts';

type Sections = Record<string, Record<string, unknown>>;

/** Sections, with keys added to those of a stack that is right. */
function sectionsOf(text: string): Sections {
  const base = parse(`
image: { source: prebuilt, reference: 'example/flink:1' }
engine: { kind: flink, version: 2.3.0, mainClass: com.example.Counts }
`) as Sections;
  const added = parse(text) as Sections | null;
  for (const [name, section] of Object.entries(added ?? {})) {
    base[name] = { ...base[name], ...section };
  }
  return base;
}

function accept(text: string): StackConfig {
  return parseStackConfig({ sections: sectionsOf(text), encryptedSections: new Set() });
}

function refuse(text: string): readonly string[] {
  try {
    accept(text);
  } catch (error) {
    if (error instanceof StackConfigError) return error.message.split('\n  ').slice(1);
    throw error;
  }
  throw new Error('the stack file was accepted');
}

const MIB = 1024 ** 2;
const volume = 'storage: { checkpoints: { kind: volume, size: 1GiB } }';
const production = `security: { level: production }\ncoordinator: { highAvailability: true }\n${volume}`;

describe('a stack file for Flink', () => {
  it('gets sizes of Flink where it names none', () => {
    const { workers, coordinator, engine } = accept('');
    expect(workers.memory).toEqual({ total: 1728 * MIB, network: 128 * MIB });
    expect(coordinator.memory).toBe(1600 * MIB);
    expect(engine).toMatchObject({
      args: [],
      jobDirectory: '/var/lib/millrace/jobs',
      checkpoints: { interval: 60_000, mode: 'exactly-once', stateBackend: 'rocksdb' },
    });
  });

  it('takes a small TaskManager when the state is on the heap, since managed memory is then of no use', () => {
    const text = 'workers: { memory: { total: 1GiB } }';
    expect(refuse(text)).toHaveLength(1);
    expect(() =>
      accept(`${text}\nengine: { checkpoints: { stateBackend: hashmap } }`),
    ).not.toThrow();
  });

  it('takes the names of the container contract for its own keys', () => {
    const { engine, workers } = parseStackConfig({
      sections: {
        image: { source: 'prebuilt', reference: 'example/flink:1' },
        engine: {
          kind: 'flink',
          version: '2.3.0',
          environment: {
            JOB_NAME: 'com.example.Counts',
            JOB_MANAGER_REMOTE_JOBS_DIR: '/opt/jobs',
            TASK_MANAGER_NUMBER_TASK_SLOTS: 3,
            TASK_MANAGER_MEMORY_MB: 2048,
            TASK_MANAGER_HEAP_MEMORY_MB: 768,
            TASK_MANAGER_NETWORK_BUFFER_MEMORY_MB: 256,
            TASK_MANAGER_OPTS: '-XX:+UseG1GC  -Dkey=value',
          },
        },
      },
      encryptedSections: new Set(),
    });
    expect(engine).toMatchObject({
      mainClass: 'com.example.Counts',
      jobDirectory: '/opt/jobs',
      taskManagerOptions: ['-XX:+UseG1GC', '-Dkey=value'],
    });
    expect(workers).toMatchObject({
      slots: 3,
      memory: { total: 2048 * MIB, heap: 768 * MIB, network: 256 * MIB },
    });
  });
});

describe('refused:', () => {
  it.each([
    [
      'a value under two names',
      'workers: { slots: 2 }\nengine: { environment: { TASK_MANAGER_NUMBER_TASK_SLOTS: 2 } }',
      'engine.environment.TASK_MANAGER_NUMBER_TASK_SLOTS = 2: is workers.slots under another name, which is set too: keep one of them',
    ],
    [
      'a version with other options',
      'engine: { version: 1.20.1 }',
      'engine.version = "1.20.1": must be one of 2.0.x, 2.1.x, 2.2.x, 2.3.x: other versions have other options',
    ],
    [
      'the name of a job of ours',
      'job: { name: monitoring }',
      'job.name = "monitoring": is a key of our own engine; with Flink, name its class in engine.mainClass',
    ],
    [
      'parameters of a job of ours',
      'job: { parameters: { to: files } }',
      'job.parameters: is a key of our own engine; with Flink, pass them as engine.args',
    ],
    [
      'an upgrade of ours',
      `job: { upgrade: savepoint }\n${volume}`,
      'job.upgrade = "savepoint": is a key of our own engine; with Flink, take a savepoint and name it in engine.restoreFrom',
    ],
    [
      'a mode of ours',
      'job: { mode: batch }',
      'job.mode = "batch": is a key of our own engine; with Flink, set execution.runtime-mode in engine.flinkConfiguration',
    ],
    [
      'flags of Node',
      'workers: { nodeOptions: [--trace-gc] }',
      'workers.nodeOptions: is a key of our own engine; with Flink, flags of the JVM are engine.taskManagerOptions',
    ],
    [
      'settings of ours',
      'engine: { MILLRACE_LOG_LEVEL: debug }',
      'engine: unrecognized key: "MILLRACE_LOG_LEVEL"',
    ],
    [
      'a JobManager without a heap',
      'coordinator: { memory: 512MiB }',
      'coordinator.memory = "512MiB": leaves -64 MiB of heap to the JobManager after overhead, metaspace (256 MiB) and off-heap ' +
        '(128 MiB), and it needs 128 MiB: raise it to 704 MiB',
    ],
    [
      'fewer slots than the parallelism',
      'job: { parallelism: 7 }\nworkers: { replicas: 3, slots: 2 }',
      'job.parallelism = 7: needs 7 slots, but 3 workers x 2 slots = 6: run 4 workers, or lower the parallelism',
    ],
    [
      'a fixed parallelism with an autoscaler',
      'job: { parallelism: 1 }\nautoscaling: { mode: hpa, minReplicas: 1, maxReplicas: 4 }',
      'job.parallelism = 1: a job with a fixed parallelism does not use workers that an autoscaler adds: leave it out, and the job ' +
        'runs on all slots there are, or set autoscaling.mode: none',
    ],
    [
      'a jar beside an image that has it',
      'engine: { jar: target/counts.jar }',
      'engine.jar = "target/counts.jar": is in the image already when image.source is prebuilt: leave it out',
    ],
    [
      'an option that a key sets',
      'engine: { flinkConfiguration: { taskmanager.numberOfTaskSlots: 4 } }',
      'engine.flinkConfiguration.taskmanager.numberOfTaskSlots = 4: follows from workers.slots: set that instead',
    ],
    [
      'a part of the memory that follows from the others',
      'engine: { flinkConfiguration: { taskmanager.memory.task.heap.size: 1g } }',
      'engine.flinkConfiguration.taskmanager.memory.task.heap.size = "1g": follows from workers.memory (total, heap, network, state): set that instead',
    ],
    [
      'an old name of an option',
      'engine: { flinkConfiguration: { state.savepoints.dir: "s3://a/b" } }',
      'engine.flinkConfiguration.state.savepoints.dir = "s3://a/b": follows from engine.checkpoints.directory: set that instead',
    ],
    [
      'a port that policies and probes rely on',
      'engine: { flinkConfiguration: { rest.port: 80 } }',
      'engine.flinkConfiguration.rest.port = 80: is set by the program, since other parts of the stack depend on it: leave it out',
    ],
    [
      'high availability without a store',
      'coordinator: { highAvailability: true }',
      'coordinator.highAvailability = true: a new JobManager finds its job and its checkpoints in a store: set storage.checkpoints or engine.checkpoints.directory',
    ],
    [
      'two stores',
      `engine: { checkpoints: { directory: "s3://a/b" } }\n${volume}`,
      'engine.checkpoints.directory = "s3://a/b": there is a volume for it too: keep one, storage.checkpoints or this directory',
    ],
    [
      'a store that is a folder of one pod',
      'engine: { checkpoints: { directory: "file:///tmp/state" } }',
      'engine.checkpoints.directory = "file:///tmp/state": every pod must see it, and a folder of a pod is its own: use storage.checkpoints',
    ],
    [
      'a savepoint that no pod sees',
      'engine: { restoreFrom: { kind: snapshot, path: /var/lib/millrace/checkpoints/savepoints/savepoint-1 } }',
      'engine.restoreFrom.path = "/var/lib/millrace/checkpoints/savepoints/savepoint-1": is a folder of the pod, and no volume is mounted there: ' +
        'set storage.checkpoints (/var/lib/millrace/checkpoints), or name the snapshot by the URI of its store',
    ],
    [
      'a JobManager that loses the state, in production',
      'security: { level: production }\nengine: { restoreFrom: { kind: nothing } }',
      'coordinator.highAvailability = false: production does not lose the state of a job with its JobManager: set it, and storage.checkpoints',
    ],
    [
      'a start that is not decided, in production',
      production,
      'engine.restoreFrom: production says what a changed job starts from: `kind: snapshot` with a savepoint, or `kind: nothing`',
    ],
  ])('%s', (_what, text, problem) => {
    expect(refuse(text)).toEqual([problem]);
  });

  it('a build without its jar, one that is not there, and one outside of the project', () => {
    const sections = (jar: object) => ({
      image: { source: 'build', repository: 'example/flink' },
      engine: { kind: 'flink', version: '2.3.0', mainClass: 'a.B', ...jar },
    });
    const run = (jar: object) => () =>
      parseStackConfig({ sections: sections(jar), encryptedSections: new Set() });
    expect(run({})).toThrow('engine.jar: is required, to build an image with it');
    expect(run({ jar: 'target/none.jar' })).toThrow('is not there: build the job first');
    expect(run({ jar: '../counts.jar' })).toThrow('must be relative to the root of this project');
  });

  it('options that look like secrets, in production, without showing them', () => {
    const text = `${production}\nengine: { restoreFrom: { kind: nothing }, flinkConfiguration: { s3.secret-key: hunter2 } }`;
    const [problem, ...others] = refuse(text);
    expect(others).toEqual([]);
    expect(problem).toMatch(/^engine\.flinkConfiguration\.s3\.secret-key: looks like a secret/);
    expect(problem).not.toContain('hunter2');
  });
});
