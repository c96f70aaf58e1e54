import type { Members } from './members.ts';
import { isNot } from './unreadable.ts';

type Form = Readonly<{
  /** Of the id in the model: 32 of a trace, 16 of a span. */
  digits: 16 | 32;
  /** How the format writes it. */
  base: 10 | 16;
}>;

export const HEX_TRACE_ID: Form = { digits: 32, base: 16 };
export const HEX_SPAN_ID: Form = { digits: 16, base: 16 };

/**
 * An id that is written without its leading zeros, or as a decimal number, as the model has it.
 * null: absent, empty or 0, which stands for none.
 */
export function paddedId(members: Members, name: string, { digits, base }: Form): string | null {
  const value = members[name] ?? '';
  if (value === '') return null;
  const number = base === 10 ? fromDecimal(value) : fromHex(value);
  if (number === null || number >= 16n ** BigInt(digits)) {
    throw isNot(name, value, base === 10 ? DECIMAL : `1 to ${digits} hexadecimal digits`);
  }
  return number === 0n ? null : number.toString(16).padStart(digits, '0');
}

/** An id that has to be there. */
export function requiredPaddedId(members: Members, name: string, form: Form): string {
  const id = paddedId(members, name, form);
  if (id !== null) return id;
  const allowed = form.base === 10 ? DECIMAL : `1 to ${form.digits} hexadecimal digits`;
  throw isNot(name, members[name], `${allowed}, not 0`);
}

const DECIMAL = 'a decimal number of 64 bits, as text';

/** JSON may have a number; beyond 2^53 it is no longer the one that was sent. */
function fromDecimal(value: unknown): bigint | null {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && /^\d{1,20}$/.test(text) ? BigInt(text) : null;
}

const fromHex = (value: unknown): bigint | null =>
  typeof value === 'string' && /^[0-9a-fA-F]{1,32}$/.test(value) ? BigInt(`0x${value}`) : null;
