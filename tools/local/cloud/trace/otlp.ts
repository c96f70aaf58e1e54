import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Faults, throwAfterStoring } from '../faults.ts';
import { GOOGLE_STATUS, GoogleError, toGoogleError } from '../google-status.ts';
import { type HttpService, readBody, startHttpService } from '../http-service.ts';
import { authenticate, authorize } from '../identity/caller.ts';
import type { TokenIssuer } from '../identity/tokens.ts';
import { loadOtlpService } from '../protos.ts';
import { parseOtlpRequest } from './otlp-span.ts';
import type { Quota } from './quota.ts';
import type { TraceStore } from './store.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** One of OTLP/HTTP's two encodings. */
type Encoding = Readonly<{
  contentType: string;
  decode(body: Buffer): unknown;
  encodeResponse(response: object): Buffer;
  encodeStatus(status: { code: number; message: string }): Buffer;
}>;

/**
 * OTLP/HTTP for traces, POST /v1/traces in protobuf or JSON, gzip or not, as
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp has it, and with Google's rule that every
 * resource names its project. A token is checked where one is sent, but not asked for: a collector
 * beside the program asks for none, Google's endpoint (telemetry.googleapis.com) does.
 */
export async function startOtlp(options: {
  store: TraceStore;
  tokens: TokenIssuer;
  quota: Quota;
  faults?: Faults;
  /** Why a request was refused. */
  onRefusal?: (reason: string) => void;
  /** A request that is taken, decoded. Some of its spans may be rejected. */
  onRequest?: ((request: unknown) => void) | undefined;
}): Promise<HttpService> {
  const { store, tokens, quota, faults, onRefusal = () => {}, onRequest } = options;
  const { protobuf, json } = loadEncodings();

  const receive = async (request: IncomingMessage, encoding: Encoding): Promise<Buffer> => {
    const fault = await faults?.strike('otlp', 'Export', request.url);
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      authorize(authenticate(tokens, authorization), store.projectId);
    }
    quota.take(1);
    const body = decode(await readWhole(request), encoding);
    const valid = parseOtlpRequest(body, store.projectId);
    const spans = valid.spans.filter((_, index) => !fault?.rejectHalf || index % 2 === 0);
    const rejectedSpans = valid.rejected.length + valid.spans.length - spans.length;
    onRequest?.(body);
    store.write(spans);
    throwAfterStoring(fault);
    const errorMessage = valid.rejected[0] ?? 'injected fault: rejected';
    return encoding.encodeResponse(
      rejectedSpans === 0 ? {} : { partialSuccess: { rejectedSpans, errorMessage } },
    );
  };

  return startHttpService(
    async (request, response) => {
      const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim();
      const encoding = [protobuf, json].find(({ contentType }) => contentType === type);
      const wrong = refuse(request, encoding);
      if (wrong || !encoding) {
        onRefusal(`${request.method} ${request.url} with the type ${type}: ${wrong ?? 415}`);
        return void response.writeHead(wrong ?? 415).end();
      }
      try {
        send(response, 200, encoding.contentType, await receive(request, encoding));
      } catch (thrown) {
        const error = toGoogleError(thrown);
        const { http, grpc } = GOOGLE_STATUS[error.code];
        onRefusal(error.message);
        const body = encoding.encodeStatus({ code: grpc, message: error.message });
        send(response, http, encoding.contentType, body);
      }
    },
    (bytes) => onRefusal(describeMalformed(bytes)),
  );
}

const describeMalformed = (bytes: Buffer): string =>
  bytes.toString('latin1').startsWith('PRI * HTTP/2.0')
    ? 'the request is gRPC; http/protobuf is asked for'
    : 'the request is not HTTP/1.1';

function refuse(request: IncomingMessage, encoding: Encoding | undefined): number | undefined {
  if (request.url !== '/v1/traces') return 404;
  if (request.method !== 'POST') return 405;
  return encoding ? undefined : 415;
}

async function readWhole(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request, MAX_BYTES);
  if (!body) {
    throw new GoogleError('RESOURCE_EXHAUSTED', `the request is larger than ${MAX_BYTES} bytes`);
  }
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (coding === 'identity') return body;
  try {
    if (coding === 'gzip') return await promisify(gunzip)(body, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw badRequest(`the gzip body cannot be read: ${(cause as Error).message}`);
  }
  throw badRequest(`Content-Encoding ${coding}; allowed: gzip, identity`);
}

const badRequest = (message: string) => new GoogleError('INVALID_ARGUMENT', message);

function decode(body: Buffer, encoding: Encoding): unknown {
  try {
    return encoding.decode(body);
  } catch (cause) {
    throw badRequest(`the body is not ${encoding.contentType}: ${(cause as Error).message}`);
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: Buffer): void {
  response
    .writeHead(status, { 'content-type': contentType, 'content-length': body.length })
    .end(body);
}

function loadEncodings(): { protobuf: Encoding; json: Encoding } {
  const { Export, Fail } = loadOtlpService();
  if (!Export || !Fail) throw new Error('otlp-trace.proto lacks a method');
  const asJson = (value: object) => Buffer.from(JSON.stringify(value));
  return {
    protobuf: {
      contentType: 'application/x-protobuf',
      decode: (body) => Export.requestDeserialize(body),
      encodeResponse: (response) => Export.responseSerialize(response),
      encodeStatus: (status) => Fail.responseSerialize(status),
    },
    json: {
      contentType: 'application/json',
      decode: (body) => JSON.parse(body.toString()),
      encodeResponse: asJson,
      encodeStatus: asJson,
    },
  };
}
