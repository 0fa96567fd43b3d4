// What a stack file may say in the section `engine` when the engine is Apache Flink. What both engines have is in the other
// sections under the same keys; options.ts maps all of it to Flink's own options.

import { z } from 'zod';
import { duration } from '../../quantity.ts';
import { JOB_DIRECTORY } from '../../cluster-contract.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Versions whose options and memory model are known here. */
const FLINK_VERSIONS = ['2.0', '2.1', '2.2', '2.3'] as const;

const text = z.string().min(1);
const uri = z
  .string()
  .regex(
    /^[a-z][a-z0-9+.-]*:\/\/?[^\s/]\S*$|^file:\/\/\/\S+$/,
    'must be a URI such as s3://bucket/path',
  );
const absolutePath = z.string().regex(/^\/[\w./-]+$/, 'must be an absolute path');

const version = z
  .string('must be a version in quotes, such as "2.3.0"')
  .regex(/^\d+\.\d+\.\d+$/, 'must be a version such as 2.3.0')
  .refine((value) => FLINK_VERSIONS.some((known) => value.startsWith(`${known}.`)), {
    error: `must be one of ${FLINK_VERSIONS.map((known) => `${known}.x`).join(', ')}: other versions have other options`,
  });

const checkpoints = z
  .strictObject({
    interval: duration(SECOND_MS, 24 * HOUR_MS)
      .prefault('1m')
      .describe('Time between checkpoints.'),
    mode: z
      .enum(['exactly-once', 'at-least-once'], 'must be exactly-once or at-least-once')
      .default('exactly-once')
      .describe('What a restored job guarantees for its state.'),
    timeout: duration(SECOND_MS, 24 * HOUR_MS)
      .prefault('10m')
      .describe('How long a checkpoint may take before it is given up.'),
    stateBackend: z
      .enum(['rocksdb', 'hashmap'], 'must be rocksdb or hashmap')
      .default('rocksdb')
      .describe('State on local disk with a cache in managed memory, or on the heap.'),
    directory: uri
      .optional()
      .describe(
        'Store for checkpoints, savepoints and high availability instead of the volume of `storage.checkpoints`; its plugin must be in the image.',
      ),
  })
  .prefault({})
  .describe('Checkpoints of the job.');

const restoreFrom = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('nothing').describe('A new job starts empty.') }),
      z.strictObject({
        kind: z
          .literal('snapshot')
          .describe('A new job starts from a savepoint or a retained checkpoint.'),
        path: z
          .union([uri, absolutePath], 'must be a URI or an absolute path')
          .describe('Folder of the savepoint, or of a checkpoint (`…/chk-<n>`).'),
        allowNonRestoredState: z
          .boolean()
          .default(false)
          .describe('Drop state of operators that the job no longer has.'),
      }),
    ],
    'needs `kind: nothing` or `kind: snapshot`',
  )
  .optional()
  .describe(
    'What a job starts from whose image, arguments or other parts of its graph have changed.',
  );

const environment = z
  .strictObject({
    JOB_NAME: text.optional().describe('As `engine.mainClass`.'),
    JOB_MANAGER_REMOTE_JOBS_DIR: text.optional().describe('As `engine.jobDirectory`.'),
    TASK_MANAGER_NUMBER_TASK_SLOTS: z.int().optional().describe('As `workers.slots`.'),
    TASK_MANAGER_MEMORY_MB: z.int().optional().describe('As `workers.memory.total`.'),
    TASK_MANAGER_HEAP_MEMORY_MB: z.int().optional().describe('As `workers.memory.heap`.'),
    TASK_MANAGER_NETWORK_BUFFER_MEMORY_MB: z
      .int()
      .optional()
      .describe('As `workers.memory.network`.'),
    TASK_MANAGER_OPTS: z
      .string()
      .optional()
      .describe('As `engine.taskManagerOptions`, in one line.'),
  })
  .prefault({})
  .describe(
    'Names of the container contract for other keys; each value is given under one name only.',
  );

/** The member of the union `engine` for Flink. */
export const flinkEngine = z.strictObject({
  kind: z.literal('flink').describe('Apache Flink in application mode.'),
  version: version.describe('Version of Flink that is in the image.'),
  jar: text
    .regex(/\.jar$/, 'must be a .jar file')
    .optional()
    .describe(
      'Job with what it needs, relative to the root of this project; for `image.source: build`.',
    ),
  mainClass: z
    .string()
    .regex(/^[\w$]+(\.[\w$]+)*$/, 'must be the full name of a class')
    .describe('Class whose main method describes the job.'),
  args: z.array(z.string()).default([]).describe('Arguments of the main method.'),
  taskManagerOptions: z
    .array(z.string().regex(/^-\S+$/, 'must be a flag of the JVM'))
    .default([])
    .describe('Flags of the JVM of TaskManagers (TASK_MANAGER_OPTS).'),
  jobDirectory: absolutePath
    .default(JOB_DIRECTORY)
    .describe("Where pods see the volume for local files: RocksDB, spilled data, the job's own."),
  checkpoints,
  restoreFrom,
  flinkConfiguration: z
    .record(
      z.string().regex(/^[\w.-]+$/, 'must be an option of Flink'),
      z.union([z.string(), z.number(), z.boolean()], 'must be text, a number, true or false'),
    )
    .default({})
    .describe("Any other option of Flink's; one that a key of the stack sets is refused."),
  environment,
});

/** The section when the engine is Flink. */
export type FlinkSection = z.output<typeof flinkEngine>;
