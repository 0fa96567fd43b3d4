// What stands for a key in a Map, and back. Tuples are equal by content, but a Map compares arrays by reference, so a tuple
// is looked up by a text of its parts.
//   I1. Equal keys have equal identities, different keys different ones, whatever mixture of kinds they are.
//   I2. `keyOfIdentity` gives back an equal key: what is stored by identity needs no copy of the key.
//   I3. The texts are part of the stored format of state: they never change.

import type { Key, KeyPart } from './key-group.ts';

/** A string, number or boolean as it is; anything else as a text that begins with `MARK`. */
export type KeyIdentity = string | number | boolean;

const MARK = '\u0001';
const MARK_CODE = 1;

/** What follows the mark when the key is no tuple. */
const PLAIN_TEXT = '=';
const PLAIN_BIGINT = '#';

/** A value that a Map finds again for an equal key. */
export function keyIdentity(key: Key): KeyIdentity {
  switch (typeof key) {
    case 'string':
      return key.charCodeAt(0) === MARK_CODE ? MARK + PLAIN_TEXT + key : key;
    case 'bigint':
      return `${MARK}${PLAIN_BIGINT}${key}`;
    case 'object': {
      let text = MARK;
      for (const part of key) text += partText(part);
      return text;
    }
    default:
      return key;
  }
}

/** The key of an identity; a tuple is a new array. */
export function keyOfIdentity(identity: KeyIdentity): Key {
  if (typeof identity !== 'string' || identity.charCodeAt(0) !== MARK_CODE) return identity;
  switch (identity[1]) {
    case PLAIN_TEXT:
      return identity.slice(2);
    case PLAIN_BIGINT:
      return BigInt(identity.slice(2));
    default:
      return partsOf(identity);
  }
}

/** A letter for the kind, then the value: a string by its length, so that nothing in it can end it. */
function partText(part: KeyPart): string {
  switch (typeof part) {
    case 'string':
      return `s${part.length}:${part}`;
    case 'number':
      return `n${part === 0 ? 0 : part};`; // -0 and 0 are one key
    case 'bigint':
      return `i${part};`;
    default:
      return part ? 't' : 'f';
  }
}

function partsOf(text: string): readonly KeyPart[] {
  const parts: KeyPart[] = [];
  let at = MARK.length;
  const readUntil = (mark: string): string => {
    const end = text.indexOf(mark, at);
    const read = text.slice(at, end);
    at = end + 1;
    return read;
  };
  while (at < text.length) {
    const kind = text[at++];
    if (kind === 's') {
      const length = Number(readUntil(':'));
      parts.push(text.slice(at, at + length));
      at += length;
    } else if (kind === 'n') parts.push(Number(readUntil(';')));
    else if (kind === 'i') parts.push(BigInt(readUntil(';')));
    else parts.push(kind === 't');
  }
  return parts;
}
