import type { IncomingMessage } from 'node:http';
import type { Attributes, Span } from '@opentelemetry/api';
import type { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import utils from '@opentelemetry/instrumentation-http/build/src/utils.js';

/** A program is asked for few URLs again and again; beyond so many it forgets all of them. */
const MOST_KNOWN = 64;
/** Characters of a URL that is kept. */
const MOST_LENGTH = 1_024;

/**
 * Takes from OpenTelemetry's instrumentation of HTTP what it does again for each request of a server. Its
 * spans have the same attributes.
 *
 * - It parses the URL, copies the query twice and parses the Host header: here once for a URL, until
 *   something else that the attributes depend on differs.
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

function rememberAttributes(compute: GetAttributes): GetAttributes {
  const known = new Map<string, Known>();
  return (request, options, logger) => {
    const { url = '' } = request;
    const before = known.get(url);
    if (before !== undefined && isAlike(before, request, options)) {
      return { ...before.attributes, 'network.peer.port': request.socket.remotePort };
    }
    const attributes = compute(request, options, logger);
    if (url.length <= MOST_LENGTH) {
      // Whoever asks for many others must not keep those that come now from being known.
      if (before === undefined && known.size >= MOST_KNOWN) known.clear();
      known.set(url, describe(request, options, attributes));
    }
    return attributes;
  };
}

/** All that the attributes are made of, but for the URL and the peer's port. */
type Known = ReturnType<typeof describe>;

function describe(request: IncomingMessage, options: Options, attributes: Attributes) {
  const { headers, method, httpVersion, socket } = request;
  return {
    method,
    httpVersion,
    peer: socket.remoteAddress,
    host: headers.host,
    agent: headers['user-agent'],
    forwarded: headers.forwarded,
    forwardedFor: headers['x-forwarded-for'],
    forwardedHost: headers['x-forwarded-host'],
    forwardedProto: headers['x-forwarded-proto'],
    options: { ...options },
    // The instrumentation adds to the ones that it gets.
    attributes: { ...attributes },
  };
}

function isAlike(known: Known, request: IncomingMessage, options: Options): boolean {
  const { headers, method, httpVersion, socket } = request;
  return (
    known.method === method &&
    known.httpVersion === httpVersion &&
    known.peer === socket.remoteAddress &&
    known.host === headers.host &&
    known.agent === headers['user-agent'] &&
    known.forwarded === headers.forwarded &&
    known.forwardedFor === headers['x-forwarded-for'] &&
    known.forwardedHost === headers['x-forwarded-host'] &&
    known.forwardedProto === headers['x-forwarded-proto'] &&
    known.options.component === options.component &&
    known.options.hookAttributes === options.hookAttributes &&
    known.options.redactedQueryParams === options.redactedQueryParams &&
    known.options.enableSyntheticSourceDetection === options.enableSyntheticSourceDetection
  );
}
