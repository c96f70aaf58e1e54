import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { diag } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { GoogleAuth } from 'google-auth-library';
import { until, within } from './deadline.ts';
import type { SpanSink } from './exporter.ts';
import { judgeAnswer, MAX_ANSWER_BYTES, type OtlpAnswer } from './otlp-answer.ts';

/** Statuses after which OTLP asks to try again. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const MAX_ATTEMPTS = 5;
const FIRST_DELAY_MS = 500;

const gzipAsync = promisify(gzip);

export type OtlpOptions = Readonly<{
  url: string;
  project: string;
  /** For one batch, attempts included. */
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

  const format = {
    'content-type': 'application/x-protobuf',
    ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
  };

  return {
    name: 'otlp',
    write: (spans, outer) =>
      within(
        timeoutMs,
        async (signal) => {
          const serialized = ProtobufTraceSerializer.serializeRequest([...spans]);
          if (serialized === undefined) throw new Error('the spans cannot be serialized');
          const body = compression === 'gzip' ? await gzipAsync(serialized) : serialized;
          const secret = { ...(token && (await until(token(), signal))), ...headers };
          const request = { url, agent, body, headers: { ...secret, ...format } };
          const answer = await retrying(() => send(request, signal), timeoutMs, signal);
          const verdict = judgeAnswer(answer, Object.values(secret));
          if (!verdict.stored) throw new Error(verdict.reason);
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

/** Repeats what OTLP says may be repeated: some statuses, and connections that break. */
async function retrying(
  post: () => Promise<Answer>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const untilMs = performance.now() + timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await post().catch((error: Error) => error);
    const failed = outcome instanceof Error;
    const backoffMs = FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
    const pauseMs = Math.max(backoffMs, failed ? 0 : (outcome.retryAfterMs ?? 0));
    // A pause that leaves no time for another attempt would only hide what was answered.
    const isLast = attempt === MAX_ATTEMPTS || performance.now() + pauseMs >= untilMs;
    if (failed && (isLast || signal.aborted)) throw outcome;
    if (!failed && (isLast || !RETRYABLE.has(outcome.status))) return outcome;
    await delay(pauseMs, undefined, { signal });
  }
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
  const open = url.startsWith('https:') ? https.request : http.request;
  const outgoing = open(url, {
    method: 'POST',
    agent,
    signal,
    headers: { ...headers, 'content-length': body.length },
  });
  outgoing.on('error', reject);
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
      reject,
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
  const auth = new GoogleAuth({
    projectId: project,
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
  });
  return async (): Promise<Record<string, string>> => {
    try {
      const token = await auth.getAccessToken();
      return { authorization: `Bearer ${token}`, 'x-goog-user-project': project };
    } catch (cause) {
      throw new Error(`no access token for the OTLP export: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
}
