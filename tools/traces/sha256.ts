/**
 * In hexadecimal or base64. Most readings need none, and node:crypto takes 6 ms to load, so the first hash
 * loads it. As an import it would also make each of its lazy exports.
 */
export const sha256 = (text: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  process.getBuiltinModule('node:crypto').hash('sha256', text, encoding);
