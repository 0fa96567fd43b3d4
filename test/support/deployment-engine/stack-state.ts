// The state of a stack in one JSON file: what was created, with which inputs, and who depends on whom.
//   I1. The file is replaced in one step and only ever holds whole states: a crash loses nothing that was recorded.
//   I2. Secrets are encrypted with a key from the passphrase; nothing else in the file repeats them.

import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRecord, isSecret, makeSecret } from './property-value.ts';
import type { PropertyMap } from './property-value.ts';

/** How long an operation of a resource may take, as its options say. */
export interface CustomTimeouts {
  readonly create?: number;
  readonly update?: number;
  readonly delete?: number;
}

/** One resource as it was last registered and carried out. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** False for components, which exist in the program only. */
  readonly custom: boolean;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly parent: string;
  /** `<urn>::<id>` of the provider's resource; empty for a default provider. */
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: string;
  readonly timeouts: CustomTimeouts;
  /** Why it exists but does not count as ready; the next update goes over it again. */
  readonly initErrors: readonly string[];
  /** Replaced by a newer one of the same URN, and still to be deleted. */
  readonly isPendingDelete: boolean;
}

interface StateDocument {
  readonly version: 1;
  readonly salt: string;
  readonly outputs: PropertyMap;
  readonly resources: readonly ResourceState[];
}

/** The open state; every change is on disk when its method returns. */
export class StackState {
  readonly #path: string;
  readonly #vault: Vault;
  #resources: readonly ResourceState[];
  #outputs: PropertyMap;

  /** Reads the file, or starts with nothing where there is none. */
  constructor(path: string, passphrase: string) {
    this.#path = path;
    const document = existsSync(path) ? readDocument(path) : undefined;
    this.#vault = new Vault(passphrase, document?.salt ?? randomBytes(16).toString('hex'));
    this.#resources = this.#vault.open(document?.resources ?? []) as readonly ResourceState[];
    this.#outputs = this.#vault.open(document?.outputs ?? {}) as PropertyMap;
  }

  /** In the order in which they were first recorded. */
  get resources(): readonly ResourceState[] {
    return this.#resources;
  }

  get outputs(): PropertyMap {
    return this.#outputs;
  }

  /** The current resource of a URN. */
  find(urn: string): ResourceState | undefined {
    return this.#resources.find((resource) => resource.urn === urn && !resource.isPendingDelete);
  }

  /** Records `next` in the place of `previous`, or at the end. */
  put(next: ResourceState, previous: ResourceState | undefined): void {
    const isKnown = previous !== undefined && this.#resources.includes(previous);
    this.#resources = isKnown
      ? this.#resources.map((resource) => (resource === previous ? next : resource))
      : [...this.#resources, next];
    this.#save();
  }

  /** Records `next` as the current one of its URN, and `old` as still to be deleted. */
  supersede(next: ResourceState, old: ResourceState): void {
    const marked = { ...old, isPendingDelete: true };
    const kept = this.#resources.map((resource) => (resource === old ? marked : resource));
    this.#resources = [...kept, next];
    this.#save();
  }

  remove(gone: ResourceState): void {
    this.#resources = this.#resources.filter((resource) => resource !== gone);
    this.#save();
  }

  setOutputs(outputs: PropertyMap): void {
    this.#outputs = outputs;
    this.#save();
  }

  #save(): void {
    const document: StateDocument = {
      version: 1,
      salt: this.#vault.salt,
      outputs: this.#vault.seal(this.#outputs) as PropertyMap,
      resources: this.#vault.seal(this.#resources) as readonly ResourceState[],
    };
    mkdirSync(dirname(this.#path), { recursive: true });
    const file = openSync(`${this.#path}.new`, 'w', 0o600);
    writeSync(file, `${JSON.stringify(document, undefined, 2)}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(`${this.#path}.new`, this.#path); // I1
  }
}

function readDocument(path: string): StateDocument {
  const document = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: number };
  if (document.version !== 1) {
    throw new Error(`${path} is a state of version ${document.version}; this engine reads 1`);
  }
  return document as StateDocument;
}

const SEALED = 'sealed';

/** Encrypts the secrets of a value (AES-256-GCM), and finds them again. */
class Vault {
  readonly salt: string;
  readonly #passphrase: string;
  #made: Buffer | undefined;

  constructor(passphrase: string, salt: string) {
    this.salt = salt;
    this.#passphrase = passphrase;
  }

  /** Slow to make on purpose, so only made for a state with secrets. */
  get #key(): Buffer {
    this.#made ??= scryptSync(this.#passphrase, this.salt, 32);
    return this.#made;
  }

  seal(value: unknown): unknown {
    if (isSecret(value)) return { [SEALED]: this.#encrypt(JSON.stringify(value.value)) };
    return mapInner(value, (inner) => this.seal(inner));
  }

  open(value: unknown): unknown {
    if (isRecord(value) && typeof value[SEALED] === 'string' && Object.keys(value).length === 1) {
      return makeSecret(JSON.parse(this.#decrypt(value[SEALED])));
    }
    return mapInner(value, (inner) => this.open(inner));
  }

  #encrypt(text: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return [iv, cipher.getAuthTag(), body].map((part) => part.toString('base64')).join('.');
  }

  #decrypt(sealed: string): string {
    const [iv, tag, body] = sealed.split('.').map((part) => Buffer.from(part, 'base64'));
    const decipher = createDecipheriv('aes-256-gcm', this.#key, iv!);
    decipher.setAuthTag(tag!);
    return Buffer.concat([decipher.update(body!), decipher.final()]).toString('utf8');
  }
}

function mapInner(value: unknown, map: (inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(inner)]));
}
