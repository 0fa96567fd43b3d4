// What a stack file may say: one zod schema a section, with defaults and the description that the deployment guide prints.
// Each rule here looks at one value; stack-rules.ts looks across them, config.ts reads and reports.
//   I1. Each section is an object of its own in `stacks/Pulumi.<stack>.yaml`, declared in Pulumi.yaml under the same name.

import { z } from 'zod';
import { ENVIRONMENT, settingsShape } from '../runtime/deployment.ts';
import type { SettingName, Settings } from '../runtime/deployment.ts';
import { flinkEngine } from './engines/flink/schema.ts';
import { cpu, duration, size } from './quantity.ts';

const MIB = 1024 ** 2;
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Settings of the engine that a stack may tune; the others follow from its sections. */
const TUNABLE_SETTINGS = [
  'logLevel',
  'heartbeatIntervalMs',
  'heartbeatTimeoutMs',
  'reportIntervalMs',
  'bufferTimeoutMs',
  'bufferBytes',
  'recordBytesMax',
  'overflowBytesMax',
  'collectRowsMax',
  'slotRequestTimeoutMs',
  'restartDelayMs',
  'restartDelayMaxMs',
  'restartCountMax',
] as const satisfies readonly SettingName[];

const dnsLabel = z
  .string()
  .max(40, 'must have at most 40 characters')
  .regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, 'must be lowercase letters, digits and dashes');
const dnsName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be a DNS name');
const count = z.int('must be a whole number').min(1, 'must be at least 1');
const positive = z.number().positive('must be more than 0');

const image = z
  .discriminatedUnion(
    'source',
    [
      z.strictObject({
        source: z
          .literal('build')
          .describe(
            'Builds the image: the engine of this project with its jobs, or Flink with the jar of the stack. The tag is a hash of what goes in.',
          ),
        repository: z
          .string()
          .regex(/^[a-z0-9][a-z0-9./:_-]*$/, 'must be a repository without a tag')
          .describe('Where the image is pushed, without a tag.'),
        push: z
          .boolean()
          .default(true)
          .describe('Push after building; false when the cluster sees the local images.'),
        platform: z
          .enum(['linux/amd64', 'linux/arm64'], 'must be linux/amd64 or linux/arm64')
          .default('linux/amd64')
          .describe("Platform of the cluster's nodes."),
        baseImage: z
          .string()
          .min(1)
          .optional()
          .describe(
            "Image that the pods' image is based on; the Dockerfile's default when left out, with Flink `apache/flink:<version>-java17`.",
          ),
        buildImage: z
          .string()
          .min(1)
          .optional()
          .describe(
            "Image with npm and a shell that installs packages; the Dockerfile's default when left out. Not with Flink.",
          ),
        registry: z
          .strictObject({
            server: z.string().min(1).describe('Registry to log in to.'),
            username: z.string().min(1).describe('User of the registry.'),
            password: z.string().min(1).describe('Password or token; set it with `--secret`.'),
          })
          .optional()
          .describe("Login for the push; Docker's own when left out."),
        pullSecretName: dnsName
          .optional()
          .describe('Existing Secret of the namespace for pulling the image.'),
      }),
      z.strictObject({
        source: z.literal('prebuilt').describe('Uses an image that exists; nothing is built.'),
        reference: z
          .string()
          .regex(/^\S+$/, 'must be an image reference')
          .describe('The image, best by digest: `repository@sha256:…`.'),
        pullSecretName: dnsName
          .optional()
          .describe('Existing Secret of the namespace for pulling the image.'),
      }),
    ],
    'needs `source: build` or `source: prebuilt`',
  )
  .describe('The image that coordinator and workers run.');

const job = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        'Job to run, required: a folder of runtime/jobs, or a path, from the root of this project and of the image alike. With Flink: `engine.mainClass`.',
      ),
    parameters: z
      .record(z.string(), z.unknown())
      .default({})
      .describe(
        "The job's parameters, checked against the job's own schema. With Flink: `engine.args`.",
      ),
    parallelism: count
      .max(32_768)
      .optional()
      .describe(
        'Parallelism of operators that set none. When left out, all slots of the smallest cluster; with Flink, all slots that there are (reactive mode).',
      ),
    mode: z
      .enum(['streaming', 'batch'], 'must be streaming or batch')
      .default('streaming')
      .describe(
        'streaming: results as they become known. batch: final results only, of bounded input. With Flink: `execution.runtime-mode` in `engine.flinkConfiguration`.',
      ),
    upgrade: z
      .enum(['stateless', 'savepoint'], 'must be stateless or savepoint')
      .default('stateless')
      .describe(
        'How a changed job starts: empty, or from a savepoint in the checkpoint storage. With Flink: `engine.restoreFrom`.',
      ),
    secretName: dnsName
      .optional()
      .describe(
        'Existing Secret, mounted as files under /etc/millrace/secrets in every worker, and with Flink in the JobManager.',
      ),
    preflight: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe('Try the image, the settings and the job in a pod before others are replaced.'),
        timeout: duration(10 * SECOND_MS, HOUR_MS)
          .prefault('5m')
          .describe('How long that may take, with pulling the image, before the deployment fails.'),
      })
      .prefault({})
      .describe('What must succeed before a running pod is touched.'),
    sizing: z
      .strictObject({
        records: positive.describe('N: records that one run reads.'),
        partitions: count.describe('M: partitions of the partitioner.'),
        recordsPerSecond: positive.describe('R: measured rate of the job.'),
      })
      .optional()
      .describe('Figures for the sizing report: P = N/M records a partition, T = N/R seconds.'),
  })
  .prefault({})
  .describe('The streaming job of this stack.');

const workers = z
  .strictObject({
    replicas: count
      .max(1_000)
      .optional()
      .describe('Number of workers, 1 when left out; not with an autoscaler, which owns it.'),
    surge: count
      .max(1_000)
      .default(1)
      .describe(
        'Workers that may start at once, beside the old ones, while the pool is rolled; each round restarts the job.',
      ),
    slots: settingsShape.slots.default(2).describe('Slots of a worker, a thread each.'),
    memory: z
      .strictObject({
        total: size(256 * MIB)
          .prefault('1GiB')
          .describe('Request and limit of the container. With Flink 1728MiB when left out.'),
        heap: size(32 * MIB)
          .optional()
          .describe(
            'JavaScript heap of all slots together; half of the total when left out. With Flink, the task heap: what the other parts leave.',
          ),
        network: size(4 * MIB)
          .prefault('64MiB')
          .describe('Buffers between subtasks. With Flink a tenth of its memory when left out.'),
        state: size(16 * MIB)
          .optional()
          .describe(
            'State tables that the job needs at least; they get all that is left. With Flink, managed memory: when left out 0.4 of its memory, none with state on the heap.',
          ),
      })
      .prefault({})
      .describe(
        'total = overhead + network + state + heap; the preview refuses what does not add up.',
      ),
    cpu: z
      .strictObject({
        request: cpu().prefault('500m').describe('Cores that a worker is scheduled with.'),
        limit: cpu().optional().describe('Most cores of a worker; no limit when left out.'),
      })
      .prefault({})
      .describe('Cores of a worker.'),
    nodeOptions: z
      .array(z.string().regex(/^-\S+$/, 'must be a Node flag'))
      .default([])
      .describe(
        "Node flags of the slots' threads (TASK_MANAGER_OPTS). With Flink: `engine.taskManagerOptions`.",
      ),
    jobDirectory: size(64 * MIB)
      .prefault('1GiB')
      .describe('Bound of the emptyDir for job bundles and local working files.'),
    drainTimeout: duration(SECOND_MS, HOUR_MS)
      .prefault('20s')
      .describe('How long a worker that is told to stop may finish its work.'),
  })
  .prefault({})
  .describe('The pool of workers.');

const coordinator = z
  .strictObject({
    memory: size(256 * MIB)
      .prefault('512MiB')
      .describe('Request and limit of the container. With Flink 1600MiB when left out.'),
    cpu: z
      .strictObject({
        request: cpu().prefault('250m').describe('Cores that the coordinator is scheduled with.'),
        limit: cpu().optional().describe('Most cores of the coordinator; no limit when left out.'),
      })
      .prefault({})
      .describe('Cores of the coordinator.'),
    highAvailability: z
      .boolean()
      .default(false)
      .describe('A new coordinator takes the jobs over from the checkpoint storage.'),
  })
  .prefault({})
  .describe('The coordinator: one pod, never two at a time.');

const autoscaling = z
  .discriminatedUnion(
    'mode',
    [
      z.strictObject({
        mode: z.literal('none').describe('A fixed number of workers: workers.replicas.'),
      }),
      z.strictObject({
        mode: z.literal('hpa').describe('A HorizontalPodAutoscaler on the CPU of the workers.'),
        minReplicas: count.max(1_000).describe('Least number of workers.'),
        maxReplicas: count.max(1_000).describe('Most workers.'),
        cpuUtilization: z
          .int()
          .min(10, 'must be between 10 and 100')
          .max(100, 'must be between 10 and 100')
          .default(70)
          .describe('Aim, in percent of the requested CPU.'),
        scaleUpWindow: duration(0, HOUR_MS)
          .prefault('1m')
          .describe(
            'How long the load must last before workers are added; they double once a window at most.',
          ),
        scaleDownWindow: duration(0, HOUR_MS)
          .prefault('15m')
          .describe(
            'How long the load must be low before workers are removed, at most a quarter of them a window.',
          ),
      }),
    ],
    'needs `mode: none` or `mode: hpa`',
  )
  .prefault({ mode: 'none' })
  .describe('Who decides the number of workers.');

const storage = z
  .strictObject({
    checkpoints: z
      .discriminatedUnion(
        'kind',
        [
          z.strictObject({ kind: z.literal('none').describe('Nothing is kept.') }),
          z.strictObject({
            kind: z.literal('volume').describe('A volume claim mounted in every pod.'),
            size: size(64 * MIB).describe('Size of the volume.'),
            accessMode: z
              .enum(['ReadWriteOnce', 'ReadWriteMany'], 'must be ReadWriteOnce or ReadWriteMany')
              .default('ReadWriteMany')
              .describe('ReadWriteMany is shared by nodes; ReadWriteOnce is for a single node.'),
            storageClassName: dnsName
              .optional()
              .describe("Storage class; the cluster's default when left out."),
          }),
        ],
        'needs `kind: none` or `kind: volume`',
      )
      .prefault({ kind: 'none' })
      .describe(
        'Where checkpoints and savepoints are kept, mounted at /var/lib/millrace/checkpoints.',
      ),
    data: z
      .strictObject({
        claimName: dnsName.describe('Existing PersistentVolumeClaim of the namespace.'),
        mountPath: z
          .string()
          .regex(/^\/[\w./-]+$/, 'must be an absolute path')
          .default('/data')
          .describe('Where workers see it.'),
        readOnly: z.boolean().default(false).describe('Mount without the right to write.'),
      })
      .optional()
      .describe('Files that the job reads or writes.'),
  })
  .prefault({})
  .describe('What outlives a pod.');

const range = z.union([z.cidrv4(), z.cidrv6()], 'must be a range such as 10.0.0.0/16');

const fromRanges = z
  .array(range)
  .default([])
  .describe('Addresses of a load balancer outside of the cluster, let in by the policy.');

const exposure = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({
        kind: z.literal('none').describe('Inside of the cluster only: use `kubectl port-forward`.'),
      }),
      z.strictObject({
        kind: z.literal('ingress').describe('An Ingress for the REST API and the web page.'),
        host: dnsName.describe('Host name of the page.'),
        className: dnsName.describe('Ingress class.'),
        tlsSecretName: dnsName.optional().describe('Secret with the certificate of the host.'),
        fromNamespace: dnsName
          .optional()
          .describe(
            'Namespace of the ingress controller, if it runs in pods; let in by the policy.',
          ),
        fromRanges,
      }),
      z.strictObject({
        kind: z.literal('gateway').describe('An HTTPRoute of the Gateway API.'),
        host: dnsName.describe('Host name of the page.'),
        gatewayName: dnsName.describe('Gateway that the route attaches to.'),
        fromNamespace: dnsName.describe('Namespace of the gateway, let in by the policy.'),
        fromRanges,
      }),
    ],
    'needs `kind: none`, `kind: ingress` or `kind: gateway`',
  )
  .prefault({ kind: 'none' })
  .describe('Who outside of the cluster reaches the REST API and the web page.');

const security = z
  .strictObject({
    level: z
      .enum(['development', 'production'], 'must be development or production')
      .default('development')
      .describe('Production refuses `latest`, stateless upgrades and secrets in clear.'),
    workerEgress: z
      .array(
        z.strictObject({
          cidr: range.describe('Range of addresses.'),
          ports: z
            .array(z.int().min(1, 'must be a port').max(65_535, 'must be a port'))
            .min(1, 'needs at least one port')
            .describe('TCP ports.'),
        }),
      )
      .default([])
      .describe(
        'What workers may reach besides the cluster itself: brokers, stores, APIs. With Flink the JobManager may too.',
      ),
    apiServerRanges: z
      .array(range)
      .min(1, 'needs at least one range')
      .default(['0.0.0.0/0'])
      .describe(
        "Addresses of the API of Kubernetes, for Flink's high availability: let out to on ports 443 and 6443.",
      ),
  })
  .prefault({})
  .describe('How strict the stack is, and where its pods may connect to.');

const toleration = z.strictObject({
  key: z.string().min(1).optional().describe('Taint; every taint when left out.'),
  operator: z
    .enum(['Equal', 'Exists'], 'must be Equal or Exists')
    .default('Equal')
    .describe('Whether the value counts.'),
  value: z.string().optional().describe('Value of the taint, with Equal.'),
  effect: z
    .enum(
      ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
      'must be NoSchedule, PreferNoSchedule or NoExecute',
    )
    .optional()
    .describe('Effect of the taint; every effect when left out.'),
});

const kubernetes = z
  .strictObject({
    context: z
      .string()
      .min(1)
      .optional()
      .describe('Context of the kubeconfig; the current one when left out.'),
    clusterIdentifier: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the cluster: keeps a renamed context from replacing everything.'),
    namespace: dnsLabel.default('millrace').describe('Namespace that the stack creates and owns.'),
    name: dnsLabel.default('millrace').describe('Prefix of the names of all objects.'),
    rolloutTimeout: duration(10 * SECOND_MS, 24 * HOUR_MS)
      .prefault('10m')
      .describe('How long a roll of the coordinator or of all workers may take before it fails.'),
    nodeSelector: z
      .record(z.string(), z.string())
      .optional()
      .describe('Labels that a node must have for pods of the stack.'),
    tolerations: z
      .array(toleration)
      .optional()
      .describe('Taints of nodes that pods of the stack accept.'),
    priorityClassName: dnsName
      .optional()
      .describe('Existing PriorityClass of the pods; which pods give way when a node is full.'),
  })
  .prefault({})
  .describe('Where it runs.');

/** The sections of a stack file by name. */
export const stackSections = {
  image,
  job,
  workers,
  coordinator,
  autoscaling,
  storage,
  exposure,
  security,
  kubernetes,
  engine: engineSection(),
} as const;

/** Name of a section, which is also its key in the stack file. */
export type SectionName = keyof typeof stackSections;

/** The job of a stack that runs our own engine: the rules see to it that it has a name. */
export function jobNameOf({ name }: Pick<StackConfig['job'], 'name'>): string {
  if (name === undefined)
    throw new Error('the job has no name, which the rules should have refused');
  return name;
}

/** A stack file as the program sees it: defaults filled in, units in bytes, milliseconds and millicores. */
export type StackConfig = {
  readonly [Section in SectionName]: z.output<(typeof stackSections)[Section]>;
};

/** Our own engine or Flink; a section without a kind is our own, as sections were before there was a choice. */
function engineSection() {
  return z
    .discriminatedUnion(
      'kind',
      [millraceEngine(), flinkEngine],
      'needs `kind: millrace` or `kind: flink`',
    )
    .prefault({})
    .describe(
      'What runs the job: the engine of this project, which is the default, or Apache Flink.',
    );
}

/** The keys are the engine's own variables, and so are their rules: nothing is listed twice. */
function millraceEngine() {
  const fields = TUNABLE_SETTINGS.map((name) => [ENVIRONMENT[name].variable, tunable(name)]);
  const shape = Object.fromEntries(fields) as Record<string, ReturnType<typeof tunable>>;
  const kind = z
    .literal('millrace')
    .optional()
    .describe('The engine of this project; the other keys tune it, by the names of its variables.');
  return z
    .strictObject(shape)
    .extend({ kind })
    .transform((section) => {
      const values = section as Readonly<Record<string, unknown>>;
      const named = TUNABLE_SETTINGS.map((name) => [name, values[ENVIRONMENT[name].variable]]);
      const given = named.filter(([, value]) => value !== undefined);
      return {
        kind: 'millrace' as const,
        settings: Object.fromEntries(given) as Partial<Settings>,
      };
    });
}

function tunable(name: (typeof TUNABLE_SETTINGS)[number]) {
  const { parse, expects } = ENVIRONMENT[name];
  const title = expects.replace(/^must be (an? )?/, '');
  return z
    .union([z.string(), z.number(), z.literal(false)], expects)
    .transform((written, context): unknown => {
      // Some YAML readers take a bare `off` for false.
      const value = parse(written === false ? 'off' : String(written));
      const result = settingsShape[name].safeParse(value);
      if (result.success) return result.data;
      const rule = value === undefined ? expects : result.error.issues[0]?.message;
      context.addIssue(rule ?? expects);
      return z.NEVER;
    })
    .optional()
    .meta({ title, description: settingsShape[name].description ?? name });
}
