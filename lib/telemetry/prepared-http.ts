import type { IncomingMessage } from 'node:http';
import type { Attributes, Span } from '@opentelemetry/api';
import type { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import utils from '@opentelemetry/instrumentation-http/build/src/utils.js';

/** A program is asked for few URLs again and again; beyond so many it forgets all of them. */
const MOST_KNOWN = 64;
/** Callers of one URL, by what differs between them; beyond so many it forgets the first one. */
const MOST_OF_URL = 4;
/** Characters of a URL that is kept, and of all headers that are kept with it. */
const MOST_LENGTH = 1_024;

/**
 * Takes from OpenTelemetry's instrumentation of HTTP what it does again for each request of a server. Its
 * spans have the same attributes.
 *
 * - It parses the URL, copies the query twice and parses the Host header: here once for a URL and what
 *   else the attributes depend on.
 * - It makes the attributes of a metric that nobody reads.
 */
export function prepareHttp(instrumentation: HttpInstrumentation): HttpInstrumentation {
  const inside = instrumentation as unknown as Inside;
  inside._closeHttpSpan = (span) => {
    if (inside._spanNotEnded.delete(span)) span.end();
  };
  replaceable.getIncomingRequestAttributes = rememberAttributes(COMPUTE);
  return instrumentation;
}

/** What the package has no option for. */
type Inside = {
  _closeHttpSpan(span: Span): void;
  _spanNotEnded: WeakSet<Span>;
};

type GetAttributes = typeof utils.getIncomingRequestAttributes;
type Options = Parameters<GetAttributes>[1];

const COMPUTE: GetAttributes = utils.getIncomingRequestAttributes;
/** The instrumentation looks its functions up in this object for each call. */
const replaceable: { getIncomingRequestAttributes: GetAttributes } = utils;

/** All that the attributes are made of, but for the URL and the peer's port. */
const PARTS: readonly ((request: IncomingMessage, options: Options) => unknown)[] = [
  ({ method }) => method,
  ({ httpVersion }) => httpVersion,
  ({ socket }) => socket.remoteAddress,
  ({ headers }) => headers.host,
  ({ headers }) => headers['user-agent'],
  ({ headers }) => headers.forwarded,
  ({ headers }) => headers['x-forwarded-for'],
  ({ headers }) => headers['x-forwarded-host'],
  ({ headers }) => headers['x-forwarded-proto'],
  (_, { component }) => component,
  (_, { hookAttributes }) => hookAttributes,
  (_, { redactedQueryParams }) => redactedQueryParams,
  (_, { enableSyntheticSourceDetection }) => enableSyntheticSourceDetection,
];

type Known = Readonly<{ parts: readonly unknown[]; attributes: Attributes }>;

function rememberAttributes(compute: GetAttributes): GetAttributes {
  const known = new Map<string, Known[]>();
  return (request, options, logger) => {
    const { url = '' } = request;
    const ofUrl = known.get(url);
    const before = ofUrl === undefined ? undefined : findAlike(ofUrl, request, options);
    if (before !== undefined) {
      return { ...before.attributes, 'network.peer.port': request.socket.remotePort };
    }
    const attributes = compute(request, options, logger);
    const parts = PARTS.map((read) => read(request, options));
    if (url.length > MOST_LENGTH || isLong(parts)) return attributes;
    // The instrumentation adds to the ones that it gets.
    const added = { parts, attributes: { ...attributes } };
    if (ofUrl !== undefined) {
      if (ofUrl.length >= MOST_OF_URL) ofUrl.shift();
      ofUrl.push(added);
      return attributes;
    }
    // Whoever asks for many others must not keep those that come now from being known.
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(url, [added]);
    return attributes;
  };
}

/** The URL has its own bound; of the rest, only headers can be long. */
function isLong(parts: Known['parts']): boolean {
  let length = 0;
  for (const part of parts) if (typeof part === 'string') length += part.length;
  return length > MOST_LENGTH;
}

/** Loops, because find() would allocate a closure for each request. */
function findAlike(
  ofUrl: readonly Known[],
  request: IncomingMessage,
  options: Options,
): Known | undefined {
  for (let at = 0; at < ofUrl.length; at += 1) {
    const known = ofUrl[at] as Known;
    let part = 0;
    while (part < PARTS.length && PARTS[part]?.(request, options) === known.parts[part]) part += 1;
    if (part === PARTS.length) return known;
  }
  return undefined;
}
