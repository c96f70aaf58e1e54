import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Span } from '../../../../tools/traces/model.ts';
import { openFiles } from '../../../../tools/traces/sources/files.ts';
import { FORMATS } from '../../../../tools/traces/sources/formats.ts';
import { otlpFormat } from '../../../../tools/traces/sources/otlp-format.ts';
import { toArray } from './to-array.ts';

/** As the SDK for JavaScript writes it (JsonTraceSerializer). */
const FILE = fileURLToPath(
  new URL('../../../fixtures/traces/otlp-of-javascript-sdk.json', import.meta.url),
);
const document = async () => JSON.parse(await readFile(FILE, 'utf8'));

const TRACE_ID = '17cac1c45875f19ec2f02b033200574f';
const START_MS = Date.UTC(2026, 10, 20, 10, 15);
const RESOURCE = {
  'service.name': 'checkout',
  'cloud.platform': 'gcp_cloud_run',
  'gcp.project_id': 'my-project',
};

const ROOT: Span = {
  traceId: TRACE_ID,
  spanId: '061ae62a00626f4e',
  name: 'GET /cart',
  kind: 'server',
  startMs: START_MS,
  endMs: START_MS + 10,
  attributes: { ...RESOURCE, 'http.response.status_code': '503', 'url.path': '/cart' },
  events: [],
  links: [],
  status: { error: true, message: 'out of stock' },
};

const CHILD: Span = {
  traceId: TRACE_ID,
  spanId: 'd50c08ac00c2b933',
  parentSpanId: ROOT.spanId,
  name: 'SELECT',
  kind: 'client',
  startMs: START_MS + 2.25,
  endMs: START_MS + 8.5,
  attributes: { ...RESOURCE, 'db.rows': '3', 'db.cached': 'false' },
  events: [{ name: 'row', timeMs: START_MS + 3, attributes: { n: '1' } }],
  links: [],
  status: { error: false },
};

test('a file of the SDK for JavaScript is read, span by span, and nothing deviates', async () => {
  const source = await openFiles([FILE]);
  const traces = await toArray(source.read(AbortSignal.timeout(60_000)));
  assert.deepEqual(traces, [{ traceId: TRACE_ID, projectId: 'my-project', spans: [CHILD, ROOT] }]);
  assert.deepEqual(source.deviations(), []);
  assert.equal(source.truncated(), null);
});

test('its documents are recognised by OTLP alone', async () => {
  const recognising = FORMATS.filter((format) => format.recognise({ resourceSpans: [] }));
  assert.deepEqual(recognising, [otlpFormat]);
  assert.equal(otlpFormat.recognise(await document()), true);
  assert.equal(otlpFormat.recognise({ spans: [] }), false);
});

test('what deviates is told with an example', async () => {
  const told: unknown[] = [];
  const changed = await document();
  changed.resourceSpans[0].scopeSpans[0].spans[0].droppedEventsCount = 2;
  otlpFormat.read(changed, (kind, seen) => told.push([kind, seen]));
  const { spanId, traceId } = CHILD;
  assert.deepEqual(told, [
    ['dropped-by-sdk', { value: 'droppedEventsCount 2', count: 2, spanId, traceId }],
  ]);
});

test('what cannot be read is refused with its place and value', async () => {
  const changed = await document();
  changed.resourceSpans[0].scopeSpans[0].spans[1].traceId = '17cac1c4';
  assert.throws(
    () => otlpFormat.read(changed, () => {}),
    /resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[1\]\.traceId is "17cac1c4"; allowed: 32 hex/,
  );
});
