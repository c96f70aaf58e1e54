import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { context, diag, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  type Sampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import {
  createGuard,
  guardProcessor,
  guardPropagator,
  guardTracers,
} from '../../../lib/telemetry/guard.ts';
import { withSpan } from '../../../lib/telemetry/span.ts';

const reports: unknown[][] = [];
const nothing = () => {};
const fail = (): never => {
  throw new Error('broken');
};

before(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const logger = { warn: nothing, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger({ ...logger, error: (...report) => reports.push(report) });
});
beforeEach(() => {
  reports.length = 0;
  trace.disable();
});

/** The global tracers, with this sampler and processor, under the guard. */
function install(parts: { sampler?: Sampler; onStart?(): void; onEnd?(): void } = {}) {
  const { sampler = new AlwaysOnSampler(), onStart = nothing, onEnd = nothing } = parts;
  const guard = createGuard();
  const idle = async () => {};
  const processor: SpanProcessor = { onStart, onEnd, forceFlush: idle, shutdown: idle };
  const spanProcessors = [guardProcessor(guard, 'processor', processor)];
  const provider = new BasicTracerProvider({ sampler, spanProcessors });
  trace.setGlobalTracerProvider(guardTracers(guard, provider));
}

const broken: Sampler = { shouldSample: fail };
const badAttributes = {
  get query(): string {
    return fail();
  },
};

const badLinks = [
  {
    get context(): SpanContext {
      return fail();
    },
  },
];

describe('work within a span has its result', () => {
  for (const [name, parts, attributes] of [
    ['a sampler that throws', { sampler: broken }, {}],
    ['an attribute that throws', {}, badAttributes],
    ['a processor that throws at the start', { onStart: fail }, {}],
    ['a processor that throws at the end', { onEnd: fail }, {}],
  ] as const) {
    test(name, async () => {
      install(parts);
      for (let call = 0; call < 3; call++) {
        assert.equal(await withSpan('work', { attributes }, () => 42), 42);
      }
      assert.equal(reports.length, 1, 'logged once');
    });
  }
});

test('a span with an attribute that throws is recorded without it', async () => {
  install();
  await withSpan('work', { attributes: badAttributes }, (span) => {
    assert.equal(span.isRecording(), true);
  });
});

test('a span that cannot be made leaves those below it in the trace of its parent', async () => {
  install();
  await withSpan('above', {}, async (above) => {
    await withSpan('work', { links: badLinks }, async () => {
      const { traceId, spanId } = trace.getActiveSpan()?.spanContext() ?? {};
      assert.deepEqual({ traceId, spanId }, pick(above.spanContext()));
    });
    await withSpan('root', { root: true, links: badLinks }, (span) => {
      assert.equal(span.isRecording(), false);
      assert.notEqual(span.spanContext().traceId, above.spanContext().traceId);
    });
  });
});

test('headers that cannot be read or written leave a request without a trace', () => {
  const guarded = guardPropagator(createGuard(), { inject: fail, extract: fail, fields: () => [] });
  guarded.inject(ROOT_CONTEXT, {}, { set: nothing });
  assert.equal(guarded.extract(ROOT_CONTEXT, {}, { get: fail, keys: fail }), ROOT_CONTEXT);
  assert.deepEqual(
    reports.map(([message]) => message),
    ['tracing failed in inject', 'tracing failed in extract'],
  );
});

test('a fault that has no text is reported all the same', () => {
  createGuard().report('place', Object.create(null));
  assert.deepEqual(reports, [['tracing failed in place', 'something that has no text']]);
});

function pick({ traceId, spanId }: { traceId: string; spanId: string }) {
  return { traceId, spanId };
}
