import fc from 'fast-check';

const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('love', 'to+be', 'a%20b', '%C3%A4', '%F0%9F%98%80', '%2B', '='),
  },
  fc.constantFrom(
    '%0a',
    '%0D',
    '%00',
    '%',
    '%f',
    '%zz',
    '%ff',
    '%C3',
    '%ED%A0%80',
    '%C0%AF',
    '%u0041',
  ),
  fc.constantFrom('?', '/', ';', '"', '<', '%25', '%26', '%3D', '%E2%80%A8', 'x'.repeat(600)),
  fc.nat(255).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
);
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('q', 'q', '%71') },
  fc.constantFrom('Q', 'query', '', '__proto__', 'q[]', '+q', '%', 'q%00', 'constructor'),
);
const pair = fc
  .tuple(name, fc.constantFrom('=', '=', '=', '=', '', '=='), fc.array(piece, { maxLength: 3 }))
  .map(([left, sign, pieces]) => `${left}${sign}${pieces.join('')}`);

/** What follows the path in a URL. */
export const queryString: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: pair.map((one) => `?${one}`) },
  fc.array(pair, { maxLength: 3 }).map((pairs) => `?${pairs.join('&')}`),
  fc.constantFrom('', '?', '?&', '?&&q=love&', '?q=love&'),
);

/** The query that a path asks for: undefined for any, null where it is not legal. */
export function askedQuery(path: string): string | undefined | null {
  const at = path.indexOf('?');
  const pairs =
    at === -1
      ? []
      : path
          .slice(at + 1)
          .split('&')
          .filter((one) => one.length > 0);
  if (pairs.length === 0) return undefined;
  const [only = '', ...more] = pairs;
  const sign = only.indexOf('=');
  const left = decode(sign === -1 ? only : only.slice(0, sign));
  const right = decode(sign === -1 ? '' : only.slice(sign + 1));
  if (more.length > 0 || left !== 'q' || right === null) return null;
  const bytes = Buffer.byteLength(right);
  return bytes < 1 || bytes > 1_024 || right.includes('\n') || right.includes('\r') ? null : right;
}

/** Form encoding, byte by byte; null where it is not that. */
function decode(text: string): string | null {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '%') {
      const digits = text.slice(at + 1, at + 3);
      if (!/^[0-9a-f]{2}$/i.test(digits)) return null;
      bytes.push(Number.parseInt(digits, 16));
      at += 2;
    } else bytes.push(char === '+' ? 0x20 : char.charCodeAt(0));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(bytes),
    );
  } catch {
    return null;
  }
}
