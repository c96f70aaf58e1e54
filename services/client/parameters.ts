import { AppError } from '../../lib/errors.ts';
import { excerpt } from '../../lib/telemetry/excerpt.ts';

const ALLOWED = 'allowed: one parameter, q, percent-encoded UTF-8, or none at all';

/**
 * The parameter `q` of a request's URL, or undefined where it has none. Anything else is refused:
 * a caller that mistypes `q` would otherwise get the count of another query.
 */
export function parseQueryParameter(url: string): string | undefined {
  const start = url.indexOf('?');
  const pairs = start === -1 ? [] : url.slice(start + 1).split('&');
  let query: string | undefined;
  for (const pair of pairs.filter((candidate) => candidate !== '')) {
    const [name = '', ...values] = pair.split('=');
    if (decode(name) !== 'q') {
      throw new AppError('invalidArgument', `unknown parameter ${quote(name)}; ${ALLOWED}`);
    }
    if (query !== undefined) throw new AppError('invalidArgument', `q is repeated; ${ALLOWED}`);
    query = decode(values.join('='));
  }
  return query;
}

/** Form encoding: '+' is a space. */
function decode(text: string): string {
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
