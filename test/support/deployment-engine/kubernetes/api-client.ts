// The API server over REST: server-side apply, reads and deletes of any kind, with what it warns of. Kinds are looked up by
// discovery, so custom resources need nothing of their own.

import { request as httpRequest } from 'node:http';
import type { RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { existsSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';

/** An object as the API server gives it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
    readonly managedFields?: readonly ManagedFields[];
  };
  readonly [field: string]: unknown;
}

/** Who manages which fields of an object. */
export interface ManagedFields {
  readonly manager: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

/** What names an object. */
export type ObjectName = Pick<KubernetesObject, 'apiVersion' | 'kind'> & {
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

/** Which cluster, as a provider's settings say. */
export interface ClusterSettings {
  /** Content of a kubeconfig, or where it is. */
  readonly kubeconfig: string;
  readonly context?: string | undefined;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  /** Takes fields over from other managers. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}
interface Reply {
  readonly status: number;
  readonly body: string;
  readonly rawHeaders: readonly string[];
}
interface Call {
  readonly method: 'GET' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

const REQUEST_MS_MAX = 30_000;
const REACH_MS_MAX = 5_000;

/** An answer of the API server that is not a success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One cluster. */
export class ApiClient {
  readonly #config: KubeConfig;
  readonly #kinds = new Map<string, Promise<readonly ApiResource[]>>();

  constructor(settings: ClusterSettings) {
    this.#config = new KubeConfig();
    if (existsSync(settings.kubeconfig)) this.#config.loadFromFile(settings.kubeconfig);
    else this.#config.loadFromString(settings.kubeconfig);
    if (settings.context !== undefined) this.#useContext(settings.context);
  }

  /** Why the cluster does not answer; undefined when it does. */
  async findUnreachable(): Promise<string | undefined> {
    try {
      await this.#call({ method: 'GET', path: '/version' }, REACH_MS_MAX);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** The object; undefined if there is none. */
  async read(name: ObjectName): Promise<KubernetesObject | undefined> {
    const path = await this.#pathOf(name);
    try {
      return JSON.parse(await this.#call({ method: 'GET', path })) as KubernetesObject;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Server-side apply with strict validation; the object as it is afterwards. */
  async apply(
    manifest: ObjectName,
    options: ApplyOptions,
    warn: (text: string) => void,
  ): Promise<KubernetesObject> {
    const query = new URLSearchParams({
      fieldManager: options.fieldManager,
      force: String(options.force),
      fieldValidation: 'Strict',
      ...(options.dryRun ? { dryRun: 'All' } : {}),
    });
    const call: Call = {
      method: 'PATCH',
      path: `${await this.#pathOf(manifest)}?${query}`,
      body: manifest,
      contentType: 'application/apply-patch+yaml',
    };
    return JSON.parse(await this.#call(call, REQUEST_MS_MAX, warn)) as KubernetesObject;
  }

  /** Asks for a deletion that ends when all dependents are gone; no error if there is nothing. */
  async delete(name: ObjectName): Promise<void> {
    const path = await this.#pathOf(name);
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' };
    try {
      await this.#call({ method: 'DELETE', path, body, contentType: 'application/json' });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** Objects of a kind in a namespace that have the labels. */
  async list(
    { apiVersion, kind, namespace }: ObjectScope,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<readonly KubernetesObject[]> {
    const path = await this.#pathOf({ apiVersion, kind, metadata: { name: '', namespace } });
    const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const query = new URLSearchParams({ labelSelector: selector.join(',') });
    const answer = await this.#call({ method: 'GET', path: `${path.slice(0, -1)}?${query}` });
    return (JSON.parse(answer) as { items: readonly KubernetesObject[] }).items;
  }

  /** The last lines that a container wrote, of its run before this one if asked. */
  async readLog(pod: KubernetesObject, query: Readonly<Record<string, string>>): Promise<string> {
    const path = await this.#pathOf(pod);
    return this.#call({ method: 'GET', path: `${path}/log?${new URLSearchParams(query)}` });
  }

  /** True for kinds that live in a namespace. */
  async isNamespaced(name: Pick<ObjectName, 'apiVersion' | 'kind'>): Promise<boolean> {
    return (await this.#resourceOf(name)).namespaced;
  }

  #useContext(context: string): void {
    if (this.#config.getContextObject(context) === null) {
      const known = this.#config.getContexts().map(({ name }) => name);
      throw new Error(`the kubeconfig has no context "${context}", only ${known.join(', ')}`);
    }
    this.#config.setCurrentContext(context);
  }

  async #pathOf(object: ObjectName): Promise<string> {
    const { name, namespaced } = await this.#resourceOf(object);
    const { name: objectName, namespace } = object.metadata;
    const place = namespaced ? `/namespaces/${namespace ?? 'default'}` : '';
    return `${groupPath(object.apiVersion)}${place}/${name}/${objectName}`;
  }

  async #resourceOf({
    apiVersion,
    kind,
  }: Pick<ObjectName, 'apiVersion' | 'kind'>): Promise<ApiResource> {
    const known = this.#kinds.get(apiVersion) ?? this.#discover(apiVersion);
    this.#kinds.set(apiVersion, known);
    const resources = await known.catch((error: unknown) => {
      this.#kinds.delete(apiVersion);
      throw error;
    });
    const resource = resources.find((one) => one.kind === kind && !one.name.includes('/'));
    if (resource !== undefined) return resource;
    throw new Error(`the cluster has no ${kind} in ${apiVersion}: install its definition first`);
  }

  async #discover(apiVersion: string): Promise<readonly ApiResource[]> {
    try {
      const answer = await this.#call({ method: 'GET', path: groupPath(apiVersion) });
      return (JSON.parse(answer) as { resources: readonly ApiResource[] }).resources;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }

  async #call(
    call: Call,
    timeoutMs = REQUEST_MS_MAX,
    warn: (text: string) => void = () => undefined,
  ): Promise<string> {
    const server = this.#config.getCurrentCluster()?.server;
    if (server === undefined) throw new Error('the kubeconfig has no current cluster');
    const url = new URL(server.replace(/\/$/, '') + call.path);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const options: RequestOptions = {
      method: call.method,
      headers: {
        accept: 'application/json, */*',
        ...(body === undefined
          ? {}
          : { 'content-type': call.contentType, 'content-length': Buffer.byteLength(body) }),
      },
    };
    await this.#config.applyToHTTPSOptions(options);
    const reply = await send(url, { ...options, timeout: timeoutMs }, body);
    for (const warning of warningsOf(reply.rawHeaders)) warn(warning);
    if (reply.status < 300) return reply.body;
    throw new ApiError(reply.status, messageOf(reply, url));
  }
}

/** A kind in a namespace. */
export interface ObjectScope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function send(url: URL, options: RequestOptions, body: string | undefined): Promise<Reply> {
  const start = url.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const request = start(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, rawHeaders } = response;
        resolve({ status: statusCode, body: Buffer.concat(chunks).toString('utf8'), rawHeaders });
      });
    });
    request.on('timeout', () => {
      request.destroy(new Error(`${url.host} did not answer within ${options.timeout ?? 0} ms`));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The texts of `Warning: 299 - "…"` headers. */
function warningsOf(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders
    .filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === 'warning')
    .map((header) => /^\d+ \S+ "(.*)"$/.exec(header)?.[1]?.replaceAll('\\"', '"') ?? header);
}

function messageOf({ status, body }: Reply, url: URL): string {
  try {
    const { message } = JSON.parse(body) as { message?: string };
    if (message !== undefined) return message;
  } catch {
    // Not a Status object: proxies answer in plain text.
  }
  return `${url.pathname} was answered with ${status}: ${body.slice(0, 200)}`;
}
