const ZERO = 0x30;
/** Digits of a nanosecond within its millisecond. */
const REST = 6;
/** 2^63: what a signed integer of 64 bits cannot hold. */
const BEYOND = '9223372036854775808';

/**
 * Of nanoseconds since 1970 in text: the complete milliseconds, without BigInt. -1 where it is not
 * just digits, or is shorter or longer than any time that this needs to be fast for.
 */
export function wholeMsOf(text: unknown): number {
  if (typeof text !== 'string') return -1;
  const { length } = text;
  if (length <= REST || length > BEYOND.length) return -1;
  if (length === BEYOND.length && text >= BEYOND) return -1;
  let ms = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    if (at < length - REST) ms = ms * 10 + digit;
  }
  return ms;
}

/** The nanoseconds of text that `wholeMsOf` can read, within their millisecond. */
export function restOf(text: string): number {
  let rest = 0;
  for (let at = text.length - REST; at < text.length; at += 1) {
    rest = rest * 10 + text.charCodeAt(at) - ZERO;
  }
  return rest;
}
