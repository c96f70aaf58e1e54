import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR, SPAN } from '../../../../lib/telemetry/names.ts';
import { type HopSample, hopSamples } from '../../../../tools/compare/cohorts/hop-samples.ts';
import type { Span, Trace } from '../../../../tools/traces/model.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { requestTrace, spanIdOf, withSpanChanged } from '../../traces/request-trace.ts';

/** The sample of the path that ends in this step. */
function sampleOf(trace: Trace, step: string): HopSample {
  const found = hopSamples(normalise(trace)).filter(({ path }) => path.endsWith(step));
  assert.equal(found.length, 1, step);
  return found[0] as HopSample;
}

const RPC = `client:${SPAN.rpc}`;

function spanOf(trace: Trace, id: number): Span {
  const span = trace.spans.find(({ spanId }) => spanId === spanIdOf(id));
  assert.ok(span);
  return span;
}

test('a gap is divided into the network around the front end and the platform behind it', () => {
  const { measure, selfMs, split } = sampleOf(requestTrace({ frontEnd: 'stored' }), RPC);
  assert.equal(measure, 'gap');
  assert.equal(selfMs, 1.5);
  assert.deepEqual(split, { networkMs: 1.125, platformMs: 0.375 });
});

test('a gap behind a front end that stored nothing is known as a sum only', () => {
  const { selfMs, split } = sampleOf(requestTrace({ frontEnd: 'not-stored' }), RPC);
  assert.equal(selfMs, 1.5);
  assert.equal(split, null);
});

/** The request with a first attempt of the RPC that failed; its front end stored its span or not. */
function withFailedAttempt(stored: boolean): Trace {
  const trace = requestTrace({ frontEnd: 'stored' });
  const attempt = spanOf(trace, 5);
  const failed: Span = {
    ...attempt,
    spanId: spanIdOf(25),
    startMs: attempt.startMs - 0.25,
    endMs: attempt.startMs,
    attributes: { ...attempt.attributes, [ATTR.errorType]: 'UNAVAILABLE' },
  };
  const refused: Span = {
    ...spanOf(trace, 15),
    spanId: spanIdOf(35),
    parentSpanId: failed.spanId,
    startMs: failed.startMs + 0.0625,
    endMs: failed.endMs - 0.0625,
  };
  return { ...trace, spans: [...trace.spans, failed, ...(stored ? [refused] : [])] };
}

test('a gap of several attempts is divided where the front end stored its span of each', () => {
  const { siblings, selfMs, split } = sampleOf(withFailedAttempt(true), RPC);
  assert.equal(siblings, 2);
  assert.equal(selfMs, 1.75);
  assert.deepEqual(split, { networkMs: 1.25, platformMs: 0.5 });
});

test('a gap of several attempts is not called measured where one of them was not', () => {
  const { selfMs, split } = sampleOf(withFailedAttempt(false), RPC);
  assert.equal(selfMs, 1.75);
  assert.equal(split, null);
});

for (const frontEnd of ['none', 'stored'] as const) {
  test(`a stopped server bends the gap that its client measured, front end's span: ${frontEnd}`, () => {
    const trace = requestTrace({ frontEnd });
    const { attributes } = spanOf(trace, 6);
    const stopped = withSpanChanged(trace, 6, {
      attributes: { ...attributes, [ATTR.endedAfterStop]: 'true' },
    });
    const marked = hopSamples(normalise(stopped)).filter((sample) => sample.stopped);
    assert.deepEqual(
      marked.map(({ service, name }) => `${service}:${name}`),
      [RPC, `server:${SPAN.rpc}`],
    );
  });
}

test('what went on inside a program that was stopped later is a figure as any other', () => {
  const trace = requestTrace();
  const { attributes } = spanOf(trace, 4);
  const stopped = withSpanChanged(trace, 4, {
    attributes: { ...attributes, [ATTR.endedAfterStop]: 'true' },
  });
  const marked = hopSamples(normalise(stopped)).filter((sample) => sample.stopped);
  assert.deepEqual(
    marked.map(({ name }) => name),
    [SPAN.client],
  );
});

test('a gap behind two front ends in a row is divided into network and both, and sees its server', () => {
  const trace = requestTrace({ frontEnd: 'stored' });
  const outer = spanOf(trace, 15);
  const inner = {
    ...outer,
    spanId: spanIdOf(25),
    parentSpanId: outer.spanId,
    startMs: outer.startMs + 0.125,
    endMs: outer.endMs - 0.125,
  };
  const both = withSpanChanged({ ...trace, spans: [...trace.spans, inner] }, 6, {
    attributes: {
      'service.name': 'server',
      [ATTR.frontEndSpanId]: inner.spanId,
      [ATTR.endedAfterStop]: 'true',
    },
  });
  const { measure, selfMs, split, stopped } = sampleOf(both, RPC);
  assert.equal(measure, 'gap');
  assert.equal(selfMs, 1.5);
  assert.equal(stopped, true);
  assert.deepEqual(split, { networkMs: 1.125, platformMs: 0.375 });
});

test('side by side the spans of a path count once in its inclusive time', () => {
  const { siblings, inclusiveMs, selfMs } = sampleOf(requestTrace(), 'works.read > server:GET');
  assert.deepEqual({ siblings, inclusiveMs, selfMs }, { siblings: 2, inclusiveMs: 2, selfMs: 2 });
});

test('a hop lies as deep as its callers are many, front ends not counted', () => {
  const depths = (trace: Trace) =>
    hopSamples(normalise(trace)).map(({ path, depth }) => `${depth} ${path}`);
  const plain = depths(requestTrace());
  assert.deepEqual(
    plain.map((line) => line.split(' > ').length - 1),
    plain.map((line) => Number.parseInt(line, 10)),
  );
  assert.deepEqual(depths(requestTrace({ frontEnd: 'stored' })), plain);
});
