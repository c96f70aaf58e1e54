import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalise } from '../../../tools/traces/normalise.ts';
import { pathsOf } from '../../../tools/traces/paths.ts';
import { pairedNameOf } from '../../../tools/traces/route-names.ts';
import { createRequestTrace } from '../local/example-traces.ts';

const names = [
  ['GET', 'server', { 'url.path': '/' }, 'GET /'],
  ['POST', 'server', { 'url.path': '/' }, 'POST /'],
  ['GET', 'server', { '/http/path': '/' }, 'GET /'],
  ['GET', 'server', { 'http.route': '/' }, 'GET /'],
  ['GET /', 'server', { 'http.route': '/', 'url.path': '/' }, 'GET /'],
  // It was answered 404, and has no route today either.
  ['GET', 'server', { 'url.path': '/elsewhere' }, 'GET'],
  ['GET', 'server', {}, 'GET'],
  ['GET', 'client', { 'url.path': '/' }, 'GET'],
  ['client', 'internal', { 'url.path': '/' }, 'client'],
] as const;

for (const [name, kind, attributes, expected] of names) {
  test(`a ${kind} span ${name} with ${JSON.stringify(attributes)} pairs as ${expected}`, () => {
    const span = { traceId: '', spanId: '', startMs: 0, endMs: 1, name, kind, attributes };
    assert.equal(pairedNameOf(span), expected);
  });
}

test('a trace saved under the old names has the paths of a new one', () => {
  const traceNamed = (name: string) =>
    createRequestTrace({
      platform: 'gcp_cloud_run',
      change: (span) =>
        span.kind === 'server' && span.name === 'GET /'
          ? { ...span, name, attributes: { ...span.attributes, 'url.path': '/' } }
          : span,
    });
  const paths = pathsOf(normalise(traceNamed('GET /')));
  assert.ok(paths.some((path) => path.endsWith(' > client:GET /')));
  assert.deepEqual(pathsOf(normalise(traceNamed('GET'))), paths);
});
