import type { Members } from '../members.ts';
import { isNot } from '../unreadable.ts';

/** What an identifier was given as. */
export type Identifier = Readonly<{ id: string; base64: boolean }>;

const WORDS = {
  16: '32 hexadecimal digits, or base64 of 16 bytes',
  8: '16 hexadecimal digits, or base64 of 8 bytes',
} as const;

/**
 * A trace id (16 bytes) or span id (8 bytes) as lower-case hexadecimal digits: OTLP's JSON has those,
 * protobuf's own JSON mapping base64, protobuf itself the bytes. null: absent, empty or all zeros,
 * which stands for none.
 */
export function identifierOf(
  members: Members,
  name: string,
  size: keyof typeof WORDS,
): Identifier | null {
  const value = members[name];
  if (value === undefined || value === '') return null;
  const given = typeof value === 'string' ? fromText(value, size) : fromBytes(value, size);
  if (given === 'none') return null;
  if (given === null) throw isNot(name, value, WORDS[size]);
  return /^0+$/.test(given.id) ? null : given;
}

function fromText(text: string, size: number): Identifier | null {
  if (text.length === size * 2 && /^[0-9a-fA-F]+$/.test(text)) {
    return { id: text.toLowerCase(), base64: false };
  }
  // Either alphabet, with its padding or without. Only what encodes back to itself is base64.
  const plain = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '');
  const bytes = Buffer.from(plain, 'base64');
  const isBase64 = bytes.length === size && bytes.toString('base64').replace(/=+$/, '') === plain;
  return isBase64 ? { id: bytes.toString('hex'), base64: true } : null;
}

function fromBytes(value: unknown, size: number): Identifier | 'none' | null {
  if (!(value instanceof Uint8Array)) return null;
  if (value.length === 0) return 'none';
  return value.length === size ? { id: Buffer.from(value).toString('hex'), base64: false } : null;
}

/** An identifier that has to be there. */
export function requiredIdentifierOf(members: Members, name: string, size: 16 | 8): Identifier {
  const identifier = identifierOf(members, name, size);
  if (identifier === null) throw isNot(name, members[name], `${WORDS[size]}, not all zero`);
  return identifier;
}
