// The gRPC services that a program talks to, ResourceMonitor and Engine, in front of a deployment.
//   I1. An option or a call that this engine does not implement fails the program; none is ignored.

import { createRequire } from 'node:module';
import type * as grpc from '@grpc/grpc-js';
import { UNKNOWN, isRecord, refuseUnsupported } from './property-value.ts';
import type { PropertyMap } from './property-value.ts';
import type { Registered, Registration } from './registration.ts';
import { parseTimeoutMs } from './timeout.ts';

// Dependencies of the SDK, resolved from it: the versions that it uses itself.
const require = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'));
const { Server, ServerCredentials, status } = require('@grpc/grpc-js') as typeof grpc;

/** What the program's calls lead to. */
export interface MonitorHandler {
  register(registration: Registration): Promise<Registered>;
  registerOutputs(urn: string, outputs: PropertyMap): void;
  /** The program asked for something that this engine does not have. */
  refuse(resource: string, error: unknown): void;
  log(severity: 'debug' | 'info' | 'warning' | 'error', text: string): void;
}

interface Struct {
  toJavaScript(): PropertyMap;
}
/** The parts of the requests that are read (resource.proto, engine.proto). */
interface Request {
  getId(): string;
  getTok(): string;
  getUrn(): string;
  getOutputs(): Struct | undefined;
  getMessage(): string;
  getSeverity(): number;
}
interface ProtoMap<Value> {
  forEach(visit: (value: Value, key: string) => void): void;
  getLength(): number;
}
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getObject(): Struct | undefined;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getPropertydependenciesMap(): ProtoMap<{ getUrnsList(): string[] }>;
  getAliasurnsList(): string[];
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getDeletebeforereplace(): boolean;
  getDeletebeforereplacedefined(): boolean;
  getAdditionalsecretoutputsList(): string[];
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
  getDeletedwith(): string;
  getCustomtimeouts(): Record<'getCreate' | 'getUpdate' | 'getDelete', () => string> | undefined;
  getRemote(): boolean;
  getImportid(): string;
  getReplaceWithList(): string[];
  getReplacementTrigger(): unknown;
  getHidediffsList(): string[];
  getTransformsList(): unknown[];
  getStateMigrationsList(): unknown[];
  getEnvvarmappingsMap(): ProtoMap<string>;
  getHooks(): { toObject(): object } | undefined;
}
type Handler<Message> = (
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
const { Struct: StructMessage } = require('google-protobuf/google/protobuf/struct_pb') as {
  Struct: { fromJavaScript(value: PropertyMap): unknown };
};

/** Without `aliasSpecs` the SDK works out every alias itself and sends URNs; the rest it refuses to do without. */
const FEATURES: readonly string[] = ['secrets', 'deletedWith'];
/** LogSeverity of engine.proto. */
const SEVERITIES = ['debug', 'info', 'warning', 'error'] as const;

/** A listening pair of services. */
export class ResourceMonitor {
  readonly #server = new Server();
  readonly #handler: MonitorHandler;
  #root = '';

  constructor(handler: MonitorHandler) {
    this.#handler = handler;
    const { monitor, engine } = services;
    this.#server.addService(monitor, this.#complete(monitor, this.#monitorHandlers()));
    this.#server.addService(engine, this.#complete(engine, this.#engineHandlers()));
  }

  /** Listens on a free port of this machine and gives the address. */
  async listen(): Promise<string> {
    const port = await new Promise<number>((resolve, reject) => {
      const credentials = ServerCredentials.createInsecure();
      this.#server.bindAsync('127.0.0.1:0', credentials, (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return `127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.forceShutdown();
  }

  #monitorHandlers(): Record<string, Handler<never>> {
    const register: Handler<RegisterRequest> = ({ request }, answer) => {
      this.#register(request).then(
        (response) => answer(null, response),
        // The code of an engine that shuts down: the SDK ends quietly, since the engine reports the failure itself.
        (error: unknown) => answer({ code: status.UNAVAILABLE, message: String(error) }),
      );
    };
    const registerOutputs: Handler<Request> = ({ request }, answer) => {
      this.#handler.registerOutputs(request.getUrn(), request.getOutputs()?.toJavaScript() ?? {});
      answer(null, new Empty!());
    };
    const supportsFeature: Handler<Request> = ({ request }, answer) => {
      const setHassupport = FEATURES.includes(request.getId());
      answer(null, message(resourceProto, 'SupportsFeatureResponse', { setHassupport }));
    };
    return {
      supportsFeature,
      registerResource: register,
      registerResourceOutputs: registerOutputs,
      signalAndWaitForShutdown: (_call, answer) => answer(null, new Empty!()),
    };
  }

  #engineHandlers(): Record<string, Handler<never>> {
    const log: Handler<Request> = ({ request }, answer) => {
      this.#handler.log(SEVERITIES[request.getSeverity()] ?? 'error', request.getMessage());
      answer(null, new Empty!());
    };
    const setRootResource: Handler<Request> = ({ request }, answer) => {
      this.#root = request.getUrn();
      answer(null, message(engineProto, 'SetRootResourceResponse', {}));
    };
    return {
      log,
      setRootResource,
      getRootResource: (_call, answer) =>
        answer(null, message(engineProto, 'GetRootResourceResponse', { setUrn: this.#root })),
    };
  }

  /** What is not handled answers UNIMPLEMENTED, and fails the deployment that needs it. */
  #complete(
    definition: grpc.ServiceDefinition,
    handlers: Record<string, Handler<never>>,
  ): grpc.UntypedServiceImplementation {
    const all = Object.keys(definition).map((name) => {
      const text = `the program calls ${name}, which is not implemented by the test engine`;
      const refuse: Handler<Request> = (_call, answer) => {
        if (!PROBES.includes(name)) this.#handler.refuse('', new Error(text)); // I1
        answer({ code: status.UNIMPLEMENTED, message: text });
      };
      return [name, handlers[name] ?? refuse];
    });
    return Object.fromEntries(all) as grpc.UntypedServiceImplementation;
  }

  #read(request: RegisterRequest): Registration {
    try {
      return readRegistration(request);
    } catch (error) {
      this.#handler.refuse(request.getName(), error); // I1
      throw error;
    }
  }

  async #register(request: RegisterRequest): Promise<unknown> {
    const { urn, id, outputs } = await this.#handler.register(this.#read(request));
    return message(resourceProto, 'RegisterResourceResponse', {
      setUrn: urn,
      setId: id,
      setObject: StructMessage.fromJavaScript(outputs),
    });
  }
}

/** Calls by which the SDK finds out what an engine can do: a refusal is an answer. */
const PROBES: readonly string[] = ['getDeploymentInfo'];

function readRegistration(request: RegisterRequest): Registration {
  refuseOptions(request);
  const inputs = dropNulls(request.getObject()?.toJavaScript() ?? {}) as PropertyMap;
  refuseUnsupported(inputs, request.getName());
  const propertyDependencies: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((dependency, property) => {
    if (dependency.getUrnsList().length > 0) {
      propertyDependencies[property] = dependency.getUrnsList();
    }
  });
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs,
    parent: request.getParent(),
    provider: request.getProvider(),
    dependencies: request.getDependenciesList(),
    propertyDependencies,
    aliases: request.getAliasurnsList(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    secretOutputs: request.getAdditionalsecretoutputsList(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deletedWith: request.getDeletedwith(),
    timeouts: readTimeouts(request),
  };
}

function readTimeouts(request: RegisterRequest): Registration['timeouts'] {
  const timeouts = request.getCustomtimeouts();
  const written = {
    create: timeouts?.getCreate() ?? '',
    update: timeouts?.getUpdate() ?? '',
    delete: timeouts?.getDelete() ?? '',
  };
  const entries = Object.entries(written).filter(([, text]) => text !== '');
  return Object.fromEntries(entries.map(([key, text]) => [key, parseTimeoutMs(text)]));
}

function refuseOptions(request: RegisterRequest): void {
  const used: Readonly<Record<string, boolean>> = {
    'a remote component': request.getRemote(),
    import: request.getImportid() !== '',
    replaceWith: request.getReplaceWithList().length > 0,
    replacementTrigger: request.getReplacementTrigger() !== undefined,
    hideDiffs: request.getHidediffsList().length > 0,
    transforms: request.getTransformsList().length > 0,
    stateMigrations: request.getStateMigrationsList().length > 0,
    envVarMappings: request.getEnvvarmappingsMap().getLength() > 0,
    hooks: hasContent(request.getHooks()?.toObject()),
    'an unknown name': request.getName() === UNKNOWN,
  };
  const names = Object.keys(used).filter((option) => used[option]);
  if (names.length === 0) return;
  throw new Error(
    `${request.getName()} uses ${names.join(', ')}, which the test engine does not implement`,
  );
}

function hasContent(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isRecord(value) && Object.values(value).some(hasContent);
}

/** As the engine's providers see inputs: a null in an object is a property that is not there. */
function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, dropNulls(inner)]));
}

function service(file: string, name: string): grpc.ServiceDefinition {
  const proto = require(`@pulumi/pulumi/proto/${file}`) as Record<string, grpc.ServiceDefinition>;
  return proto[name]!;
}

function message(proto: Proto, name: string, fields: Record<string, unknown>): unknown {
  const made = new proto[name]!();
  for (const [setter, value] of Object.entries(fields)) made[setter]!(value);
  return made;
}
