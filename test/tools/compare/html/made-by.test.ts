import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { madeBy, ORIGINS } from '../../../../tools/compare/html/made-by.ts';
import type { Span } from '../../../../tools/traces/model.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { createWaterfall } from '../../../../tools/traces/waterfall.ts';
import { requestTrace } from '../../traces/request-trace.ts';

const ROOT = join(import.meta.dirname, '../../../..');

const OURS = { 'shakesapp.config.cpu': '1' };
const HTTP = { 'http.request.method': 'GET' };
const GRPC = { 'rpc.system': 'grpc' };

/** A complete request, with what the instrumentations write on their spans. */
function sentences(change: (span: Span) => Span = (span) => span): string[] {
  const trace = requestTrace({ frontEnd: 'stored', attributes: OURS });
  const spans = trace.spans.map((span) =>
    change({
      ...span,
      attributes: {
        ...span.attributes,
        ...(span.name.startsWith('GET') && HTTP),
        ...(span.name.startsWith('grpc.') && GRPC),
      },
    }),
  );
  const { spans: drawn } = createWaterfall(normalise({ ...trace, spans }));
  return drawn.map((span) => `${span.service}:${span.name} ${madeBy(span)}`);
}

test('each named file exists and names what it makes', () => {
  for (const { maker, file } of ORIGINS) {
    const source = readFileSync(join(ROOT, file), 'utf8');
    assert.match(source, maker.startsWith('@') ? new RegExp(maker) : /withSpan\(SPAN\./, file);
  }
});

test('says of each span of a complete request which code made it', () => {
  const said = sentences();
  const ofFile = (start: string, file: string) =>
    said.some((line) => line.startsWith(start) && line.includes(`<code>${file}</code>`));
  assert.ok(ofFile('loadgen:loadgen Made by loadgen itself', 'functions/loadgen/run.ts'));
  assert.ok(ofFile('client:client Made by client itself', 'services/client/search.ts'));
  assert.ok(ofFile('server:works.read Made by server itself', 'services/server/search.ts'));
  assert.ok(ofFile('server:works.search Made by server itself', 'services/server/search.ts'));
  assert.ok(ofFile('loadgen:GET Made by', '@opentelemetry/instrumentation-http'));
  assert.ok(ofFile('client:grpc.', '@opentelemetry/instrumentation-grpc'));
  assert.ok(ofFile('server:grpc.', 'lib/telemetry/instrumentation.ts'));
  const fetched = sentences((span) => ({
    ...span,
    attributes: { ...span.attributes, 'url.path': '/' },
  }));
  assert.match(fetched[1] ?? '', /instrumentation-undici<[\s\S]*lib\/telemetry\/undici\.ts/);
  assert.equal(said.filter((line) => line.includes('the platform’s front end')).length, 2);
  assert.deepEqual(
    said.filter((line) => !/Made by/.test(line)),
    [],
  );
});

test('says of other programs’ spans what they tell, and names no file', () => {
  const python = sentences((span) => ({
    ...span,
    attributes: {
      ...span.attributes,
      'telemetry.sdk.language': 'python',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.version': '1.30.0',
      ...(span.name.startsWith('GET') && {
        'otel.scope.name': '<aiohttp>',
        'otel.scope.version': '0.51b0',
      }),
    },
  }));
  assert.match(
    python[0] ?? '',
    /Made by <bdi>opentelemetry 1\.30\.0<\/bdi> \(<bdi>python<\/bdi>\)/,
  );
  assert.match(python[1] ?? '', /&lt;aiohttp&gt; 0\.51b0/);
  const silent = sentences(({ attributes: { 'service.name': name = '' }, ...span }) => ({
    ...span,
    attributes: { 'service.name': name, ...HTTP },
  }));
  for (const line of silent) assert.match(line, /The span does not say/);
});
