import { AppError } from '../../lib/errors.ts';
import { excerpt } from '../../lib/telemetry/excerpt.ts';

const ALLOWED = 'allowed: one parameter, q, percent-encoded UTF-8, or none at all';

/**
 * The parameter `q` of a request's URL, or undefined where it has none. Anything else is refused:
 * a caller that mistypes `q` would otherwise get the count of another query.
 */
export function parseQueryParameter(url: string): string | undefined {
  const start = url.indexOf('?');
  if (start === -1) return undefined;
  let query: string | undefined;
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    if (decode(name) !== 'q') {
      throw new AppError('invalidArgument', `unknown parameter ${quote(name)}; ${ALLOWED}`);
    }
    if (query !== undefined) throw new AppError('invalidArgument', `q is repeated; ${ALLOWED}`);
    query = equals === -1 ? '' : decode(pair.slice(equals + 1));
  }
  return query;
}

/** Form encoding: '+' is a space. */
function decode(text: string): string {
  if (!/[+%]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new AppError('invalidArgument', `${quote(text)} is not valid; ${ALLOWED}`, { cause });
  }
}

/** A caller's own text in a message, short. */
function quote(text: string): string {
  return JSON.stringify(excerpt(text, 40));
}
