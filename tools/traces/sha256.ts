/**
 * In hexadecimal or base64. Most readings need none, and node:crypto takes 6 ms to load and as an import
 * 3 ms more, so the first one that is asked for loads it.
 */
export const sha256 = (text: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  process.getBuiltinModule('node:crypto').hash('sha256', text, encoding);
