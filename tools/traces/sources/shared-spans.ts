import type { Span } from '../model.ts';
import { sha256 } from '../sha256.ts';

/**
 * Zipkin lets a client's span and its server's share one id. A span of the model is one program's, so
 * the server's gets an id that follows from the shared one, the client's as its parent, and what the
 * server called below it:
 *
 *     a  GET /cart          frontend           a   GET /cart      frontend
 *     └─ b  GET             frontend     →     └─ b   GET         frontend
 *        b  GET /items      cart                  └─ b'  GET /items  cart
 *        └─ c  lookup       cart                     └─ c  lookup    cart
 *
 * https://github.com/openzipkin/b3-propagation#overall-process (client and server share the id)
 */
export const isSharedBy = (one: Span, other: Span): boolean =>
  (one.kind === 'client' && other.kind === 'server') ||
  (one.kind === 'server' && other.kind === 'client');

/** Both halves of each span that is shared, by its id. */
export type Halves = Readonly<{ client: Span; server: Span }>;

export const halvesOf = (one: Span, other: Span): Halves =>
  one.kind === 'client' ? { client: one, server: other } : { client: other, server: one };

/** Which of the two another span with their id may be a copy of. */
export const halfLike = ({ client, server }: Halves, { kind }: Span): Span =>
  kind === 'server' ? server : client;

/** The same in every reading, and in every file of one trace. */
const serverIdOf = ({ traceId, spanId }: Span): string =>
  sha256(`${traceId}/${spanId}/server`).slice(0, 16);

/** All spans of a trace, with what is shared told apart. `spans`: each id once, by its client. */
export function tellSharedApart(
  spans: readonly Span[],
  shared: ReadonlyMap<string, Halves>,
): readonly Span[] {
  const served = [...shared.values()].map(({ client, server }) => ({
    ...server,
    spanId: serverIdOf(server),
    parentSpanId: client.spanId,
  }));
  return [...spans, ...served].map((span) => {
    const above = shared.get(span.parentSpanId ?? '');
    const isHalf = above !== undefined && span.spanId === serverIdOf(above.server);
    if (above === undefined || isHalf || isOfClient(span, above)) return span;
    return { ...span, parentSpanId: serverIdOf(above.server) };
  });
}

/** What only the client's program can have made stays below the client's span. */
function isOfClient(span: Span, { client, server }: Halves): boolean {
  const service = span.attributes['service.name'];
  return (
    service !== undefined &&
    service === client.attributes['service.name'] &&
    service !== server.attributes['service.name']
  );
}
