import { isNot, show, UnreadableError } from './unreadable.ts';

export type Members = Readonly<Record<string, unknown>>;

/** Reports a member whose name the message does not have. */
export type OnUnknown = (message: string, name: string) => void;

/**
 * The members of a protobuf message by either of the names that JSON may have: lowerCamelCase, or
 * as in the .proto. https://protobuf.dev/programming-guides/json
 */
export function message(name: string, ...members: readonly string[]) {
  const names = new Map<string, string>();
  for (const member of members) {
    names.set(member, member);
    names.set(
      member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      member,
    );
  }
  /** null is absent and {} is empty; what is no object at all is refused. */
  return (value: unknown, onUnknown: OnUnknown): Members => {
    if (value === undefined || value === null) return {};
    const found: Record<string, unknown> = {};
    for (const [given, content] of Object.entries(objectOf('', value))) {
      const member = names.get(given);
      if (member === undefined) onUnknown(name, given);
      else if (content !== null && content !== undefined) {
        if (found[member] !== undefined) {
          throw new UnreadableError(member, 'is given twice, by both of its names');
        }
        found[member] = content;
      }
    }
    return found;
  };
}

export function listOf(members: Members, name: string): readonly unknown[] {
  const value = members[name];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw isNot(name, value, 'a list');
  const hole = value.indexOf(null);
  if (hole >= 0) throw isNot(`${name}[${hole}]`, null, 'no null in a list');
  return value;
}

export function textOf(members: Members, name: string): string {
  const value = members[name];
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw isNot(name, value, 'text');
}

/** An enum of a protobuf message, by number or by name; 0 where it is absent. */
export function enumOf(members: Members, name: string, names: readonly string[]): number {
  const value = members[name];
  if (value === undefined) return 0;
  const number = typeof value === 'string' ? names.indexOf(value) : value;
  if (typeof number === 'number' && number in names) return number;
  if (typeof value === 'string' && /^\d$/.test(value) && Number(value) in names) {
    return Number(value);
  }
  throw isNot(name, value, `0 to ${names.length - 1}, or ${names.join(', ')}`);
}

/** A uint32 that only counts: 0 where it is absent. */
export function countOf(members: Members, name: string): number {
  const value = members[name];
  if (value === undefined) return 0;
  const count = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count;
  throw isNot(name, value, 'a whole number');
}

/**
 * An integer as protobuf's JSON mapping has it in text: digits, also with an exponent or with
 * decimals that are none (1.5e3). null where it is no number.
 */
export function integerOf(text: string): bigint | 'fraction' | null {
  const match = /^(-?\d{1,40})(?:\.(\d{1,40}))?(?:[eE]\+?(\d{1,2}))?$/.exec(text);
  if (match === null) return null;
  const [, whole = '', decimals = '', exponent = '0'] = match;
  const places = Number(exponent);
  if (/[^0]/.test(decimals.slice(places))) return 'fraction';
  return BigInt(whole + decimals.slice(0, places).padEnd(places, '0'));
}

const INT64 = 2n ** 63n;

/** The digits of an int64, which JSON may have as text or as a number that a double can hold. */
export function int64Of(members: Members, name: string): string {
  const value = members[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  const integer = typeof value === 'string' ? integerOf(value) : null;
  if (typeof integer === 'bigint' && integer >= -INT64 && integer < INT64) return String(integer);
  throw isNot(name, value, 'a whole number of 64 bits, as text if it is beyond 2^53');
}

export function doubleOf(members: Members, name: string): number {
  const value = members[name];
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && (value.trim() !== '' || value === 'NaN')) {
    const number = Number(value);
    if (!Number.isNaN(number) || value === 'NaN') return number;
  }
  throw new UnreadableError(name, `is ${show(value)}; allowed: a number`);
}

/** An object whose values are all text. */
export function textsOf(members: Members, name: string): Readonly<Record<string, string>> {
  const texts = objectOf(name, members[name] ?? {});
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value !== 'string') throw isNot(`${name}[${JSON.stringify(key)}]`, value, 'text');
  }
  return texts as Readonly<Record<string, string>>;
}

export function objectOf(field: string, value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw isNot(field, value, 'an object');
}
