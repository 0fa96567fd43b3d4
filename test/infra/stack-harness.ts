// Runs a whole stack in this process on the SDK's mock monitor and records every registration with its options. The only
// file that touches internals of the SDK: mocks alone hide parents, providers and ignored changes.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';

const require = createRequire(import.meta.url);

interface Internals {
  readonly withLocalStorage: <Result>(run: () => Promise<Result>) => Promise<Result>;
  readonly waitForRPCs: () => Promise<void>;
}
const { withLocalStorage } = require('@pulumi/pulumi/runtime/state') as Internals;
const { waitForRPCs } = require('@pulumi/pulumi/runtime/settings') as Internals;

// The SDK copies these into the inputs of providers: golden files must not depend on who runs the tests.
delete process.env['KUBECONFIG'];
delete process.env['DOCKER_HOST'];

const SECRET_SIGNATURE = '4dabf18193072939515e22adb298388d';
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** The name of the project in Pulumi.yaml. */
export const PROJECT = 'millrace';
/** The stack files of the repository. */
export const STACKS = ['dev', 'staging', 'prod', 'flink'] as const;

/** One registration, as plain data. */
export interface RegisteredResource {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly inputs: Record<string, unknown>;
  readonly ignoreChanges: readonly string[];
  readonly protect: boolean;
  readonly provider: string;
  /** What must be done before, by name: of whatever it refers to or is told to wait for. */
  readonly dependsOn: readonly string[];
  /** How long its creation may take, as the SDK was told. */
  readonly createTimeout: string;
}

/** What a run of a program registered and exported. */
export interface StackRun {
  readonly resources: readonly RegisteredResource[];
  readonly outputs: Record<string, unknown>;
}

export interface StackOptions {
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  readonly preview?: boolean;
}

/** The part of the SDK's requests that is read here (proto/resource_pb). */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): Struct | undefined;
  getIgnorechangesList(): string[];
  getProtect(): boolean;
  getProvider(): string;
  getDependenciesList(): string[];
  getCustomtimeouts(): { getCreate(): string } | undefined;
}
interface OutputsRequest {
  getUrn(): string;
  getOutputs(): Struct | undefined;
}
interface Struct {
  toJavaScript(): unknown;
}
interface Monitor {
  registerResource(request: RegisterRequest, callback: unknown): unknown;
  registerResourceOutputs(request: OutputsRequest, callback: unknown): unknown;
}

/** The sections of a stack file of this repository, with the defaults that Pulumi.yaml adds. */
export function readStackFile(stack: string): Record<string, unknown> {
  const project = parseYaml('Pulumi.yaml');
  const file = parseYaml(`stacks/Pulumi.${stack}.yaml`);
  const declared = project['config'] as Record<string, { default?: unknown }>;
  const sections: Record<string, unknown> = {};
  for (const [name, { default: value }] of Object.entries(declared)) {
    if (value !== undefined) sections[name] = value;
  }
  for (const [key, value] of Object.entries(file['config'] as object)) {
    if (key.startsWith(`${PROJECT}:`)) sections[key.slice(PROJECT.length + 1)] = value;
  }
  return sections;
}

/** Sections as the engine hands them to a program: keys with the project's name, values as JSON. */
export function toConfig(sections: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(sections);
  return Object.fromEntries(
    entries.map(([name, value]) => [`${PROJECT}:${name}`, JSON.stringify(value)]),
  );
}

/** Runs `program` as one stack; runs are isolated from each other and may overlap. */
export async function runStack(
  options: StackOptions,
  program: () => Promise<Record<string, unknown>>,
): Promise<StackRun> {
  return withLocalStorage(async () => {
    await pulumi.runtime.setMocks(
      {
        call: (call) => call.inputs as Record<string, unknown>,
        newResource: ({ name, inputs, custom }) => ({
          id: custom === true && options.preview !== true ? `${name}-id` : undefined,
          state: inputs as Record<string, unknown>,
        }),
      },
      PROJECT,
      options.stack,
      options.preview ?? false,
    );
    pulumi.runtime.setAllConfig({ ...options.config }, [...(options.secretKeys ?? [])]);
    const recorded = record();
    let failure: unknown;
    await pulumi.runtime.runInPulumiStack(async () => {
      try {
        return await program();
      } catch (error) {
        failure = error;
        return {};
      }
    });
    await waitForRPCs();
    if (failure !== undefined) throw failure as Error;
    return recorded;
  });
}

function record(): { resources: RegisteredResource[]; outputs: Record<string, unknown> } {
  const recorded = { resources: [] as RegisteredResource[], outputs: {} };
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request, callback) => {
    recorded.resources.push({
      type: request.getType(),
      name: request.getName(),
      parent: lastPart(request.getParent()),
      inputs: plain(request.getObject()) as Record<string, unknown>,
      ignoreChanges: request.getIgnorechangesList(),
      protect: request.getProtect(),
      // `<urn of the provider>::<its id>`
      provider: request.getProvider().split('::').at(-2) ?? '',
      dependsOn: request.getDependenciesList().map(lastPart),
      createTimeout: request.getCustomtimeouts()?.getCreate() ?? '',
    });
    return register(request, callback);
  };
  monitor.registerResourceOutputs = (request, callback) => {
    if (request.getUrn().includes('pulumi:pulumi:Stack')) {
      recorded.outputs = plain(request.getOutputs()) as Record<string, unknown>;
    }
    return registerOutputs(request, callback);
  };
  return recorded;
}

function lastPart(urn: string): string {
  return urn.split('::').pop() ?? '';
}

/** Sorted keys; secrets and unknowns by name, so that a golden file holds neither. */
function plain(struct: Struct | undefined): unknown {
  return simplify(struct?.toJavaScript());
}

function simplify(value: unknown): unknown {
  if (value === UNKNOWN) return '[unknown]';
  if (Array.isArray(value)) return value.map(simplify);
  if (typeof value !== 'object' || value === null) return value;
  if (SECRET_SIGNATURE in value) return '[secret]';
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, simplify(inner)]));
}

function parseYaml(path: string): Record<string, unknown> {
  return parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}
