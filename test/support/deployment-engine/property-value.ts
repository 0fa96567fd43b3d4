// Values as they cross the engine's protocol: plain JSON, in which a secret is an object with a signature and a value that
// is not known yet is a sentinel string.
//   I1. What leaves the engine for a human goes through `redact`.

import { isDeepStrictEqual } from 'node:util';

/** Inputs or outputs of one resource. */
export type PropertyMap = Readonly<Record<string, unknown>>;

/** The engine's sentinel for a value that only an update can know. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';

/** A record, as opposed to a list, null or a scalar. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value under the secret's signature. */
export function isSecret(value: unknown): value is { readonly value: unknown } {
  return isRecord(value) && value[SIGNATURE] === SECRET;
}

/** The value, marked as a secret; marking twice is marking once. */
export function makeSecret(value: unknown): unknown {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Assets, archives and references carry the same signature key: programs here use none, so none is guessed at. */
export function refuseUnsupported(value: unknown, path: string): void {
  if (isRecord(value) && SIGNATURE in value && !isSecret(value)) {
    throw new Error(
      `${path} is an asset, an archive or a resource reference, which the test engine does not implement`,
    );
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) refuseUnsupported(inner, `${path}.${key}`);
}

/** True if any part of the value is unknown. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === UNKNOWN;
  return Object.values(value).some(hasUnknown);
}

/** The value without the marks of secrets, for a provider. */
export function reveal(value: unknown): unknown {
  return mapLeaves(value, { secret: reveal, leaf: (leaf) => leaf });
}

/** The value for human eyes. */
export function redact(value: unknown): unknown {
  return mapLeaves(value, {
    secret: () => '[secret]',
    leaf: (leaf) => (leaf === UNKNOWN ? '[unknown]' : leaf),
  });
}

/** Marks in `outputs` what is secret in `inputs` at the same path. */
export function markSecrets(outputs: unknown, inputs: unknown): unknown {
  if (isSecret(inputs)) return outputs === undefined ? undefined : makeSecret(outputs);
  if (Array.isArray(outputs) && Array.isArray(inputs)) {
    return outputs.map((item, index) => markSecrets(item, inputs[index]));
  }
  if (!isRecord(outputs) || !isRecord(inputs)) return outputs;
  const entries = Object.entries(outputs);
  return Object.fromEntries(entries.map(([key, inner]) => [key, markSecrets(inner, inputs[key])]));
}

/** Every string inside of a secret that is long enough to be recognised in a text. */
export function secretTexts(value: unknown, inSecret = false): readonly string[] {
  if (isSecret(value)) return secretTexts(value.value, true);
  if (typeof value === 'string') return inSecret && value.length >= 4 ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => secretTexts(inner, inSecret));
}

/** Equal apart from the marks of secrets. */
export function isSameValue(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(reveal(left), reveal(right));
}

interface Leaves {
  readonly secret: (value: unknown) => unknown;
  readonly leaf: (value: unknown) => unknown;
}

function mapLeaves(value: unknown, leaves: Leaves): unknown {
  if (isSecret(value)) return leaves.secret(value.value);
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, leaves));
  if (!isRecord(value)) return leaves.leaf(value);
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, mapLeaves(inner, leaves)]));
}
