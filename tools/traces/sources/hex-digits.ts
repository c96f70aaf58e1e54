const ZERO = 0x30;

/** Lower-case hexadecimal digits, not all zero. */
export function isHex(value: unknown, digits: number): value is string {
  if (typeof value !== 'string' || value.length !== digits) return false;
  let all = 0;
  for (let at = 0; at < digits; at += 1) {
    const code = value.charCodeAt(at);
    if (!((code >= ZERO && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false;
    all |= code ^ ZERO;
  }
  return all !== 0;
}
