/** In hexadecimal. Most readings need none, so node:crypto, which takes 6 ms, is loaded by the first. */
export const sha256 = (text: string): string =>
  process.getBuiltinModule('node:crypto').hash('sha256', text, 'hex');
