import http from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { diag } from '@opentelemetry/api';
import { GoogleAuth } from 'google-auth-library';
import { until, within } from './deadline.ts';
import { judgeAnswer, MAX_ANSWER_BYTES, type OtlpAnswer } from './otlp-answer.ts';
import { createOtlpEncoder } from './otlp-encoding.ts';
import { watchConnection } from './request-connection.ts';
import { FateUnknown, NotStoredYet, type SpanSink } from './sink.ts';

const gzipAsync = promisify(gzip);

export type OtlpOptions = Readonly<{
  url: string;
  project: string;
  /** For one attempt. */
  timeoutMs: number;
  /** Sent to the origin of `url` and to no other. */
  headers?: Readonly<Record<string, string>>;
  compression?: 'gzip' | 'none';
}>;

/**
 * OTLP over http/protobuf: to Google's telemetry.googleapis.com, or to any collector.
 *
 * OpenTelemetry's own transport takes every 2xx for success, whatever the body; it logs answers of
 * any length, and its exporter counts a partial success as stored. So the request is made here.
 */
export function createOtlpSink(options: OtlpOptions): SpanSink {
  const { url, project, timeoutMs, headers = {}, compression = 'none' } = options;
  const { Agent } = url.startsWith('https:') ? https : http;
  const agent = new Agent({ keepAlive: true });
  const token = isGoogle(url) ? createAccessToken(project) : undefined;

  const encoder = createOtlpEncoder();
  const format = {
    'content-type': 'application/x-protobuf',
    ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
  };

  return {
    name: 'otlp',
    pack: encoder.pack,
    write: (spans, outer, resource) =>
      within(
        timeoutMs,
        async (signal) => {
          const serialized = encoder.encode(spans, resource);
          const body = compression === 'gzip' ? await gzipAsync(serialized) : serialized;
          const secret = { ...(token && (await until(token.headers(), signal))), ...headers };
          const request = { url, agent, body, headers: { ...secret, ...format } };
          const answer = await send(request, signal);
          const verdict = judgeAnswer(answer, Object.values(secret));
          if (!verdict.stored) {
            const isRejected = answer.status === 401 && token !== undefined;
            if (isRejected) token.discard();
            throw toError({ ...verdict, passes: verdict.passes || isRejected }, answer);
          }
          const { rejected, warning } = verdict;
          if (rejected > 0 || warning !== undefined) {
            diag.warn(`the OTLP endpoint rejected ${rejected} of ${spans.length} spans`, warning);
          }
          return { rejected };
        },
        { outer },
      ),
    async close() {
      agent.destroy();
    },
  };
}

function toError({ passes, reason }: { passes: boolean; reason: string }, answer: Answer): Error {
  // The server itself failed, and does not say whether before it had stored the batch or after.
  if (answer.status === 500) return new FateUnknown(reason);
  if (!passes) return new Error(reason);
  // Whoever stores may have done so before, or there was a gateway that had no answer from it.
  const maybeStored = [502, 503, 504].includes(answer.status);
  return new NotStoredYet(reason, { maybeStored, retryAfterMs: answer.retryAfterMs ?? 0 });
}

type Answer = OtlpAnswer & Readonly<{ retryAfterMs: number | undefined }>;

/** One request; whatever has not ended when the signal aborts is destroyed. */
function send(
  request: Readonly<{
    url: string;
    agent: http.Agent;
    body: Uint8Array;
    headers: Readonly<Record<string, string>>;
  }>,
  signal: AbortSignal,
): Promise<Answer> {
  const { url, agent, body, headers } = request;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { request: open } = url.startsWith('https:') ? https : http;
  const outgoing = open(url, {
    method: 'POST',
    agent,
    signal,
    headers: { ...headers, 'content-length': body.length },
  });
  const isConnected = watchConnection(outgoing);
  const fail = (cause: Error) =>
    reject(new NotStoredYet(cause.message, { cause, maybeStored: isConnected() }));
  outgoing.on('error', fail);
  outgoing.on('response', (incoming) => {
    const { headers: got, statusCode: status = 0 } = incoming;
    collect(incoming).then(
      (received) =>
        resolve({
          status,
          contentType: got['content-type'],
          contentEncoding: got['content-encoding'],
          location: got.location,
          retryAfterMs: retryAfterMs(got['retry-after']),
          body: received,
        }),
      fail,
    );
  });
  outgoing.end(body);
  return promise;
}

/** At most MAX_ANSWER_BYTES; an answer that is longer is cut there, and its connection too. */
async function collect(incoming: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop destroys the stream.
    if (bytes > MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES);
}

/** Seconds or a date. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? ms : undefined;
}

/** A token goes to Google, over TLS, and nowhere else. */
export function isGoogle(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && /(^|\.)googleapis\.com$/.test(hostname);
}

/** Access tokens last an hour: asked for before each export, and cached by the library. */
function createAccessToken(project: string) {
  const create = () =>
    new GoogleAuth({
      projectId: project,
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    });
  let auth = create();
  return {
    async headers(): Promise<Record<string, string>> {
      try {
        const token = await auth.getAccessToken();
        return { authorization: `Bearer ${token}`, 'x-goog-user-project': project };
      } catch (cause) {
        const { message } = cause as Error;
        throw new NotStoredYet(`no access token for the OTLP export: ${message}`, { cause });
      }
    },
    /** The library keeps a token until it expires, also one that was rejected. */
    discard(): void {
      auth = create();
    },
  };
}
