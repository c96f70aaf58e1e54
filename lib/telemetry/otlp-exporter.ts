import { diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { GoogleAuth } from 'google-auth-library';
import type { SpanSink } from './exporter.ts';

/** OTLP over http/protobuf: to Google's telemetry.googleapis.com, or to any collector. */
export function createOtlpSink(options: {
  url: string;
  project: string;
  timeoutMs: number;
}): SpanSink {
  const { url, project, timeoutMs } = options;
  const exporter = new OTLPTraceExporter({
    url,
    timeoutMillis: timeoutMs,
    ...(isGoogle(url) && { headers: createGoogleHeaders(project) }),
  });
  return {
    name: 'otlp',
    write: (spans) =>
      new Promise((resolve, reject) => {
        exporter.export([...spans], (result: ExportResult) => {
          if (result.code === ExportResultCode.SUCCESS) resolve();
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
