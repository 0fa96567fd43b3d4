// A Pulumi engine in memory: the two gRPC services that the SDK talks to, enough to run a real program through the SDK's own
// entry point, as the language host starts it. It catches what mocks cannot: how the program is found and loaded, awaits at
// top level, outputs of the stack, exit codes.

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import type * as grpc from '@grpc/grpc-js';

// Dependencies of the SDK, resolved from it: the versions that it uses itself.
const require = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'));
const { Server, ServerCredentials, status } = require('@grpc/grpc-js') as typeof grpc;

interface Message {
  getType(): string;
  getName(): string;
  getUrn(): string;
  getMessage(): string;
  getSeverity(): number;
  getObject(): unknown;
  getOutputs(): { toJavaScript(): Record<string, unknown> } | undefined;
}
type Handler = (
  call: { readonly request: Message },
  answer: (error: object | null, response?: unknown) => void,
) => void;
interface Proto {
  readonly [message: string]: new () => Record<string, (value: unknown) => void>;
}

const services = {
  monitor: service('resource_grpc_pb', 'ResourceMonitorService'),
  engine: service('engine_grpc_pb', 'EngineService'),
};
const resourceProto = require('@pulumi/pulumi/proto/resource_pb') as Proto;
const engineProto = require('@pulumi/pulumi/proto/engine_pb') as Proto;
const { Empty } = require('google-protobuf/google/protobuf/empty_pb') as Proto;

/** LogSeverity of engine.proto; below are debug and info. */
const WARNING = 2;
const RUN_MS_MAX = 50_000;

/** How a program ended, what it registered, and the warnings and errors that a user would see. */
export interface ProgramRun {
  readonly exitCode: number;
  readonly types: readonly string[];
  readonly outputs: Record<string, unknown>;
  readonly messages: readonly string[];
}

export interface ProgramOptions {
  readonly project: string;
  readonly stack: string;
  readonly directory: string;
  /** `project:section` to JSON. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  readonly preview: boolean;
}

/** Runs the program of `directory` in a process of its own against an engine of its own. */
export async function runProgram(options: ProgramOptions): Promise<ProgramRun> {
  const seen = { types: [] as string[], outputs: {}, messages: [] as string[] };
  const server = new Server();
  server.addService(services.monitor, complete(services.monitor, monitorHandlers(options, seen)));
  server.addService(services.engine, complete(services.engine, engineHandlers(options, seen)));
  const port = await bind(server);
  try {
    const exitCode = await start(options, `127.0.0.1:${port}`, seen.messages);
    return { exitCode, ...seen };
  } finally {
    server.forceShutdown();
  }
}

interface Seen {
  readonly types: string[];
  readonly messages: string[];
  outputs: Record<string, unknown>;
}

function monitorHandlers(options: ProgramOptions, seen: Seen): Record<string, Handler> {
  return {
    supportsFeature: (_call, answer) => {
      answer(null, message(resourceProto, 'SupportsFeatureResponse', { setHassupport: true }));
    },
    registerResource: ({ request }, answer) => {
      const [type, name] = [request.getType(), request.getName()];
      seen.types.push(type);
      const urn = `urn:pulumi:${options.stack}::${options.project}::${type}::${name}`;
      const setObject = request.getObject();
      answer(
        null,
        message(resourceProto, 'RegisterResourceResponse', {
          setUrn: urn,
          setId: `${name}-id`,
          setObject,
        }),
      );
    },
    registerResourceOutputs: ({ request }, answer) => {
      if (request.getUrn().includes('pulumi:pulumi:Stack')) {
        seen.outputs = request.getOutputs()?.toJavaScript() ?? {};
      }
      answer(null, message({ Empty: Empty! }, 'Empty', {}));
    },
    signalAndWaitForShutdown: (_call, answer) => {
      answer(null, message({ Empty: Empty! }, 'Empty', {}));
    },
  };
}

function engineHandlers(options: ProgramOptions, seen: Seen): Record<string, Handler> {
  const urn = `urn:pulumi:${options.stack}::${options.project}::pulumi:pulumi:Stack::root`;
  return {
    log: ({ request }, answer) => {
      if (request.getSeverity() >= WARNING) seen.messages.push(request.getMessage());
      answer(null, message({ Empty: Empty! }, 'Empty', {}));
    },
    setRootResource: (_call, answer) => {
      answer(null, message(engineProto, 'SetRootResourceResponse', {}));
    },
    getRootResource: (_call, answer) => {
      answer(null, message(engineProto, 'GetRootResourceResponse', { setUrn: urn }));
    },
  };
}

/** What is not handled answers UNIMPLEMENTED, as an older engine would. */
function complete(
  definition: grpc.ServiceDefinition,
  handlers: Record<string, Handler>,
): grpc.UntypedServiceImplementation {
  const refuse: Handler = (_call, answer) => {
    answer({ code: status.UNIMPLEMENTED, message: 'not implemented by this engine' });
  };
  const names = Object.keys(definition);
  const all = names.map((name) => [name, handlers[name] ?? refuse]);
  return Object.fromEntries(all) as grpc.UntypedServiceImplementation;
}

function bind(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/** The command line of pulumi-language-nodejs (constructArguments in its main.go). */
function start(options: ProgramOptions, address: string, output: string[]): Promise<number> {
  const entry = createRequire(import.meta.url).resolve('@pulumi/pulumi/cmd/run');
  const parameters = Object.entries({
    '--monitor': address,
    '--engine': address,
    '--project': options.project,
    '--stack': options.stack,
    '--pwd': options.directory,
    '--parallel': '16',
  }).flat();
  const dryRun = options.preview ? ['--dry-run'] : [];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [entry, ...parameters, ...dryRun, '.'],
      { cwd: options.directory, timeout: RUN_MS_MAX, env: environmentOf(options) },
      (_error, stdout, stderr) => {
        output.push(...`${stdout}${stderr}`.split('\n').filter((line) => line !== ''));
        resolve(child.exitCode ?? -1);
      },
    );
  });
}

function environmentOf({ config, secretKeys = [] }: ProgramOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
    PULUMI_NODEJS_TYPESCRIPT: 'false',
  };
}

function service(file: string, name: string): grpc.ServiceDefinition {
  const proto = require(`@pulumi/pulumi/proto/${file}`) as Record<string, grpc.ServiceDefinition>;
  return proto[name]!;
}

function message(proto: Proto, name: string, fields: Record<string, unknown>): unknown {
  const made = new proto[name]!();
  for (const [setter, value] of Object.entries(fields)) {
    if (value !== undefined) made[setter]!(value);
  }
  return made;
}
