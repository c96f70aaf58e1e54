import { diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import {
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { GoogleAuth } from 'google-auth-library';
import type { SpanSink } from './exporter.ts';

/**
 * OTLP over http/protobuf: to Google's telemetry.googleapis.com, or to any collector.
 *
 * Put together from the parts of OpenTelemetry's OTLPTraceExporter rather than being one, because
 * that one logs a partial success and then reports the whole batch as stored.
 */
export function createOtlpSink(options: {
  url: string;
  project: string;
  timeoutMs: number;
}): SpanSink {
  const { url, project, timeoutMs } = options;
  let rejected = 0;
  const serializer: typeof ProtobufTraceSerializer = {
    serializeRequest: ProtobufTraceSerializer.serializeRequest,
    deserializeResponse(data) {
      const response = ProtobufTraceSerializer.deserializeResponse(data);
      rejected = response.partialSuccess?.rejectedSpans ?? 0;
      return response;
    },
  };
  const exporter = createOtlpHttpExportDelegate<ReadableSpan[], object>(
    convertLegacyHttpOptions(
      {
        url,
        timeoutMillis: timeoutMs,
        ...(isGoogle(url) && { headers: createGoogleHeaders(project) }),
      },
      'TRACES',
      'v1/traces',
      { 'Content-Type': 'application/x-protobuf' },
    ),
    serializer,
    'otlp_http_span_exporter',
    TraceExporterMetricsHelper,
    undefined,
  );
  return {
    name: 'otlp',
    write: (spans) =>
      new Promise((resolve, reject) => {
        exporter.export([...spans], (result: ExportResult) => {
          // The response is read and this is called in one go, so no other batch comes between.
          const own = rejected;
          rejected = 0;
          if (result.code === ExportResultCode.SUCCESS) resolve({ rejected: own });
          else reject(result.error ?? new Error('the exporter gave no reason'));
        });
      }),
    close: () => exporter.shutdown(),
  };
}

/** A token goes to Google over TLS and to nobody else. */
export function isGoogle(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && /(^|\.)googleapis\.com$/.test(hostname);
}

/** Access tokens last an hour: asked for before each export, and cached by the library. */
function createGoogleHeaders(project: string) {
  const auth = new GoogleAuth({
    projectId: project,
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
  });
  return async (): Promise<Record<string, string>> => {
    try {
      const token = await auth.getAccessToken();
      return { authorization: `Bearer ${token}`, 'x-goog-user-project': project };
    } catch (error) {
      // The exporter forbids throwing here: the export then fails with 401, and is counted.
      diag.error('no access token for the OTLP export', String(error));
      return {};
    }
  };
}
