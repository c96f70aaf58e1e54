import { joinOnce } from '../join-once.ts';
import type { Span } from '../model.ts';

/** What stands where an id was. */
const ID = '{id}';

const IDS: readonly RegExp[] = [
  /^\d+$/,
  /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  /^(?:0x)?[0-9a-f]{8,}$/i,
  // ULIDs, object ids, base64: a word has fewer digits, and words are joined by hyphens.
  /^(?=(?:\D*\d){3})[A-Za-z0-9_]{16,}$/,
];
const isId = (segment: string): boolean => IDS.some((id) => id.test(segment));

const withoutIds = (name: string): string =>
  name
    .replace(/(?<=\S)\?\S*/, '')
    .replace(/(?<=\/)[^/\s]+/g, (segment) => (isId(segment) ? ID : segment));

/** A name that says no more than the method, or that holds a path. */
const mayHaveRoute = (name: string): boolean => /^(?:HTTP )?[A-Z]+$/.test(name) || isPath(name);
const isPath = (name: string): boolean => name.includes('/');

const foldOnce = joinOnce((name, route) => {
  if (route !== '' && mayHaveRoute(name) && !name.includes(route)) {
    const [, method] = /^(?:HTTP )?([A-Z]+)\b/.exec(name) ?? [];
    return method === undefined ? route : `${method} ${route}`;
  }
  return isPath(name) ? withoutIds(name) : name;
});

/** A span's name without what differs from request to request. */
export const foldedNameOf = ({ name, attributes }: Span): string =>
  foldOnce(name, attributes['http.route'] ?? attributes['url.template'] ?? '');
