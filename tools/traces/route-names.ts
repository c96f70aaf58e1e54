import { joinOnce } from './join-once.ts';
import type { Span } from './model.ts';

/** Where the path of a request stands; of the system's own requests it is the route. */
const ROUTE_KEYS = ['http.route', 'url.path', '/http/path'] as const;

const isMethod = (name: string): boolean => /^[A-Z]+$/.test(name);
const byRoute = joinOnce((method, route) => `${method} ${route}`);

/**
 * The name by which a span is paired. HTTP server spans were called by their method alone, `GET`, before
 * they got their route, `GET /`: what was saved then pairs with what is read now.
 */
export function pairedNameOf({ kind, name, attributes }: Span): string {
  if (kind !== 'server' || !isMethod(name)) return name;
  const key = ROUTE_KEYS.find((candidate) => attributes[candidate] !== undefined);
  // No other path of the system has a route, and makes spans.
  return key !== undefined && attributes[key] === '/' ? byRoute(name, '/') : name;
}
