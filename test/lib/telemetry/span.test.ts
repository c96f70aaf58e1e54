import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { AppError } from '../../../lib/errors.ts';
import { recordError, withSpan } from '../../../lib/telemetry/span.ts';

const exporter = new InMemorySpanExporter();

before(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
});
beforeEach(() => exporter.reset());

test('the span is active within, ends with the work and gives its result', async () => {
  const result = await withSpan('outer', { attributes: { a: 1 } }, () =>
    withSpan('inner', {}, async () => 7),
  );
  assert.equal(result, 7);
  const [inner, outer] = exporter.getFinishedSpans();
  assert.equal(inner?.parentSpanContext?.spanId, outer?.spanContext().spanId);
  assert.deepEqual(outer?.attributes, { a: 1 });
});

test('root starts a new trace', async () => {
  await withSpan('outer', {}, () => withSpan('inner', { root: true }, () => {}));
  const [inner, outer] = exporter.getFinishedSpans();
  assert.equal(inner?.parentSpanContext, undefined);
  assert.notEqual(inner?.spanContext().traceId, outer?.spanContext().traceId);
});

test('a failure is on the span as status, event and attributes, and is rethrown', async () => {
  const error = new AppError('unavailable', 'try later');
  await assert.rejects(() => withSpan('work', {}, () => Promise.reject(error)), error);
  const [span] = exporter.getFinishedSpans();
  assert.deepEqual(span?.status, { code: SpanStatusCode.ERROR, message: 'try later' });
  assert.deepEqual(
    span?.events.map((event) => event.name),
    ['exception'],
  );
  assert.deepEqual(span?.attributes, {
    'error.type': 'unavailable',
    'shakesapp.error.message': 'try later',
  });
});

test('a wrong count is an UnexpectedResult', async () => {
  const error = new AppError('unexpectedResult', 'expected 1, got 2');
  await assert.rejects(() => withSpan('work', {}, () => Promise.reject(error)), error);
  assert.equal(exporter.getFinishedSpans()[0]?.attributes['error.type'], 'UnexpectedResult');
});

test('an error that was recorded with a type keeps it when it is rethrown', async () => {
  const error = new Error('x'.repeat(2_000));
  await assert.rejects(
    () =>
      withSpan('work', {}, (span) => {
        recordError(span, error, 'Particular');
        throw error;
      }),
    error,
  );
  const [span] = exporter.getFinishedSpans();
  assert.equal(span?.attributes['error.type'], 'Particular');
  assert.equal(span?.events.length, 1);
  assert.equal(String(span?.attributes['shakesapp.error.message']).length, 1_024);
});

const unreadable = new Error('never read');
Object.defineProperty(unreadable, 'message', {
  get() {
    throw new RangeError('not this one');
  },
});
for (const [name, thrown] of [
  ['no text', Object.create(null)],
  ['a message that cannot be read', unreadable],
] as const) {
  test(`what is thrown is rethrown and marks the span as failed, even with ${name}`, async () => {
    const work = () => Promise.reject(thrown);
    await assert.rejects(withSpan('work', {}, work), (error) => Object.is(error, thrown));
    assert.equal(exporter.getFinishedSpans()[0]?.status.code, SpanStatusCode.ERROR);
  });
}
