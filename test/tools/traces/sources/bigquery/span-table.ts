import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BigQuery } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import type { Span, Trace } from '../../../../../tools/traces/model.ts';

const text = (name: string) => ({ name, type: 'STRING' });
const whole = (name: string) => ({ name, type: 'INT64' });
const json = (name: string) => ({ name, type: 'JSON' });

/** The columns that are read. https://docs.cloud.google.com/trace/docs/reference/trace-schema */
export const SCHEMA = [
  ...[text('trace_id'), text('span_id'), text('parent_span_id'), text('name'), whole('kind')],
  { name: 'start_time', type: 'TIMESTAMP' },
  whole('duration_nano'),
  json('attributes'),
  { name: 'resource', type: 'RECORD', fields: [json('attributes')] },
  { name: 'status', type: 'RECORD', fields: [whole('code'), text('message')] },
];

/** A linked dataset with these traces, as `PROJECT.DATASET`. */
export async function createSpanTable(
  host: string,
  dataset: string,
  traces: Iterable<Trace>,
): Promise<string> {
  const client = new BigQuery({
    projectId: 'a-project',
    apiEndpoint: new URL(host).origin,
    authClient: new PassThroughClient(),
  });
  await client.createDataset(dataset);
  const [table] = await client.dataset(dataset).createTable('_AllSpans', {
    schema: SCHEMA,
    timePartitioning: { type: 'DAY', field: 'start_time' },
  });
  const folder = await mkdtemp(join(tmpdir(), 'span-table-'));
  try {
    const file = join(folder, 'rows.ndjson');
    await pipeline(linesOf(traces), createWriteStream(file));
    const [job] = await table.load(file, {
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
      schema: { fields: SCHEMA },
    });
    assert.deepEqual(job.status?.errors ?? [], []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return `a-project.${dataset}`;
}

function* linesOf(traces: Iterable<Trace>): Generator<string> {
  for (const { spans } of traces) {
    for (const span of spans) yield `${JSON.stringify(rowOf(span))}\n`;
  }
}

const KINDS = { internal: 1, server: 2, client: 3 } as const;

function rowOf(span: Span): object {
  const start = microsOf(span.startMs);
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId ?? null,
    name: span.name,
    kind: KINDS[span.kind],
    start_time: timestampOf(start),
    duration_nano: String((microsOf(span.endMs) - start) * 1_000n),
    attributes: attributesOf(span, (key) => !isOfResource(key)),
    resource: { attributes: attributesOf(span, isOfResource) },
    status: { code: span.status?.error === true ? 2 : 0, message: span.status?.message ?? '' },
  };
}

const isOfResource = (key: string): boolean => /^(service|cloud)\./.test(key);

const attributesOf = ({ attributes }: Span, isWanted: (key: string) => boolean): object =>
  Object.fromEntries(Object.entries(attributes).filter(([key]) => isWanted(key)));

const microsOf = (ms: number): bigint => BigInt(Math.round(ms * 1_000));

function timestampOf(micros: bigint): string {
  const upToMs = new Date(Number(micros / 1_000n)).toISOString().slice(0, -1);
  return `${upToMs}${String(micros % 1_000n).padStart(3, '0')}Z`;
}

/** The trace with times as BigQuery has them: whole microseconds. */
export const inMicroseconds = (trace: Trace): Trace => ({
  ...trace,
  spans: trace.spans.map((span) => ({
    ...span,
    startMs: Math.round(span.startMs * 1_000) / 1_000,
    endMs: Math.round(span.endMs * 1_000) / 1_000,
  })),
});
