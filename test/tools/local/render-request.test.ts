import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ATTR, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import {
  renderBroken,
  renderFailed,
  renderRequestLine,
  renderTypical,
} from '../../../tools/local/render-request.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { createWaterfall } from '../../../tools/traces/waterfall.ts';
import { createRequestTrace, failedTrace } from './example-traces.ts';

const broken = createWaterfall(
  normalise(
    createRequestTrace({
      platform: 'gcp_cloud_run',
      change: (span, index) => (index === 4 ? null : span),
    }),
  ),
);

describe('renderRequestLine', () => {
  const lineOf = (trace: Parameters<typeof normalise>[0]) => renderRequestLine(normalise(trace));

  it('says how a request failed and where it ended', () => {
    assert.equal(
      lineOf(failedTrace({ platform: 'gcp_kubernetes_engine' })),
      '03:04:05  GKE (local)        aaaaaaaa    100 ms' +
        '  ✗ 504: server was still busy when client gave up',
    );
  });

  it('says what an incomplete trace lacks', () => {
    const trace = createRequestTrace({
      platform: 'gcp_cloud_run',
      change: (span, index) => (index === 4 ? null : span),
    });
    assert.match(lineOf(trace), /Cloud Run \(local\).*INCOMPLETE: client → gRPC client span$/);
  });

  it('names query, count and expected count of a wrong answer, whatever their length', () => {
    const wrongTo = (query: string) =>
      createRequestTrace({
        platform: 'gcp_cloud_run',
        change: (span, index) => ({
          ...span,
          attributes: {
            ...span.attributes,
            [ATTR.query]: query,
            [ATTR.expectedCount]: '12345',
            ...(index === 0 ? { [ATTR.errorType]: UNEXPECTED_RESULT } : {}),
          },
        }),
      });
    assert.match(lineOf(wrongTo('world')), /"world" {2}WRONG: 52, expected 12345$/);
    assert.match(lineOf(wrongTo('to be, or not to be')), /"to be, or n… {2}WRONG: 52, .* 12345$/);
  });

  it('fits 80 columns in a terminal that has no more', () => {
    const cold = createRequestTrace({
      platform: 'gcp_cloud_run',
      change: (span, index) => ({
        ...span,
        attributes: {
          ...span.attributes,
          ...(index === 0 ? { [ATTR.query]: 'to be, or not to be' } : { 'faas.coldstart': 'true' }),
        },
      }),
    });
    const line = renderRequestLine(normalise(cold), 80);
    assert.ok(line.length <= 80, line);
    assert.match(line, /100 ms {2}"to be, … {2}52 lines, cold start$/);
  });

  it('fits 100 columns whatever the query', () => {
    const long = createRequestTrace({
      platform: 'gcp_cloud_run',
      change: (span) => ({
        ...span,
        attributes: { ...span.attributes, [ATTR.query]: 'x'.repeat(500) },
      }),
    });
    assert.ok(lineOf(long).length <= 100);
  });
});

describe('renderFailed', () => {
  it('says how and where the request failed, above its waterfall', () => {
    const waterfall = createWaterfall(normalise(failedTrace({ platform: 'gcp_cloud_run' })));
    const failure = { outcome: 'status 504', where: 'server was too slow' };
    assert.match(
      renderFailed('GKE (local)', failure, waterfall),
      /^\nA request on GKE \(local\) that failed with status 504: server was too slow\n\ntrace aaaa/,
    );
  });
});

describe('renderBroken', () => {
  it('names what the trace lacks and marks its orphan', () => {
    const text = renderBroken('Cloud Run (local)', { waterfall: broken, lacks: ['an edge'] });
    assert.match(
      text,
      /^\nThe trace of a request on Cloud Run \(local\) is incomplete. It lacks:\n/,
    );
    assert.match(text, /\n {2}- an edge\n/);
    assert.match(text, /INCOMPLETE\n/);
    assert.match(text, /! orphan: its parent is not in the trace/);
  });

  it('fits 100 columns whatever is missing', () => {
    const text = renderBroken('GKE', { waterfall: broken, lacks: ['x '.repeat(200)] });
    assert.ok(text.split('\n').every((line) => [...line].length <= 100));
  });
});

describe('renderTypical', () => {
  it('does not call a cold request a warm one', () => {
    assert.match(
      renderTypical('GKE', { ...broken, cold: false }),
      /The median warm request on GKE:/,
    );
    assert.match(
      renderTypical('GKE', { ...broken, cold: true }),
      /The median request on GKE \(no request was warm\):/,
    );
  });

  it('calls no request warm or cold where client makes no spans', () => {
    for (const cold of [false, true]) {
      const text = renderTypical('GKE', { ...broken, cold }, { level: 'loadgen', edges: [] });
      assert.match(text, /^\nThe median request on GKE:\n/);
    }
  });

  it('says complete for its level of a trace that has everything of it, and what the level leaves out', () => {
    const edges = ['client → gRPC client span'];
    assert.match(
      renderTypical('GKE', broken, { level: 'http', edges }),
      /, complete for --instrument http\n {2}! not made with --instrument http: client → gRPC client span\nloadgen loadgen /,
    );
  });
});
