/**
 * The characters that give JSON its structure; as bytes of UTF-8 they have the same numbers. Outside of
 * strings what is below the bracket opens and closes nothing.
 */
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
export const CLOSE_BRACKET = 0x5d;

export const opens = (code: number) => code === OPEN_BRACE || code === OPEN_BRACKET;
export const closes = (code: number) => code === CLOSE_BRACE || code === CLOSE_BRACKET;
