import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BasicTracerProvider, type Span, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createFineClock, refineStart, toTimestamp } from '../../../lib/telemetry/fine-clock.ts';
import { createLedger } from '../../../lib/telemetry/ledger.ts';
import { createLogger } from '../../../lib/telemetry/log.ts';
import { createSpanProcessor } from '../../../lib/telemetry/span-processor.ts';

describe('createFineClock', () => {
  it('stays within the millisecond of the wall clock and never goes back within it', () => {
    let elapsedMs = 0;
    // A wall clock 0.7 ms into its millisecond when the monotonic clock is at 0.
    const now = createFineClock(
      () => Math.floor(1_700_000_000_000.7 + elapsedMs),
      () => elapsedMs,
      1_700_000_000_000,
    );
    let before = 0;
    for (elapsedMs = 0; elapsedMs < 50; elapsedMs += 0.13) {
      const fine = now();
      const wall = Math.floor(1_700_000_000_000.7 + elapsedMs);
      assert.ok(fine >= wall && fine < wall + 1, `${fine} at ${wall}`);
      assert.ok(fine > before, `${fine} after ${before}`);
      before = fine;
    }
  });

  it('follows a correction of the wall clock, forward and back', () => {
    let wallMs = 1_000;
    const now = createFineClock(
      () => wallMs,
      () => 5.5,
      994.5,
    );
    assert.equal(now(), 1_000);
    wallMs = 4_000;
    assert.equal(now(), 4_000);
    wallMs = 2_000;
    assert.ok(now() >= 2_000 && now() < 2_001);
  });
});

describe('toTimestamp', () => {
  for (const [ms, text] of [
    [1_700_000_000_000, '2023-11-14T22:13:20.000000000Z'],
    [1_700_000_000_123.25, '2023-11-14T22:13:20.123250000Z'],
    [1_700_000_000_999.9998, '2023-11-14T22:13:20.999999756Z'],
    [999.9999999, '1970-01-01T00:00:00.999999999Z'],
  ] as const) {
    it(`writes ${ms} as ${text}`, () => assert.equal(toTimestamp(ms), text));
  }
});

it('a log line that is written in a span is not before its start', () => {
  const processor = createSpanProcessor({
    ledger: createLedger({ hasExporter: false }),
    onFirstSpan() {},
    isStopped: () => false,
  });
  const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('test');
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: 'test', project: 'p', destination });
  for (let index = 0; index < 200; index += 1) {
    const [seconds, nanos] = (tracer.startSpan('span') as Span).startTime;
    logger.info('inside');
    const { time } = JSON.parse(lines.at(-1) ?? '');
    const sinceMs = Date.parse(time) - seconds * 1_000;
    const written = sinceMs + Number(`0.${time.slice(23, -1)}`);
    // A double of today's milliseconds is exact to a quarter of a microsecond.
    assert.ok(written >= nanos / 1e6 - 0.001, `${time} in ${seconds} ${nanos}`);
  }
});

describe('refineStart', () => {
  /** `refined`: the fine time given, by what the SDK took for now; however slow the machine is. */
  function startSpan(refined: (startedMs: number) => number, startTime?: Date): Span {
    const spans: Span[] = [];
    const processor: SpanProcessor = {
      onStart(span) {
        const [seconds, nanos] = span.startTime;
        refineStart(span, refined(startTime ? Date.now() : seconds * 1_000 + nanos / 1e6));
        spans.push(span);
      },
      onEnd() {},
      async forceFlush() {},
      async shutdown() {},
    };
    const provider = new BasicTracerProvider({ spanProcessors: [processor] });
    provider.getTracer('test').startSpan('span', startTime === undefined ? {} : { startTime });
    return spans[0] as Span;
  }

  it('puts the fraction of the millisecond into the start', () => {
    const [, nanos] = startSpan((startedMs) => startedMs + 0.25).startTime;
    assert.ok(Math.abs((nanos % 1e6) - 250_000) < 1_000, String(nanos));
  });

  it('is done to every span that passes the span processor', () => {
    const processor = createSpanProcessor({
      ledger: createLedger({ hasExporter: true }),
      onFirstSpan() {},
      isStopped: () => false,
    });
    const provider = new BasicTracerProvider({ spanProcessors: [processor] });
    const spans = Array.from(
      { length: 20 },
      () => provider.getTracer('test').startSpan('span') as unknown as Span,
    );
    // Twenty starts at whole milliseconds in a row do not happen by chance.
    assert.ok(spans.some(({ startTime }) => startTime[1] % 1_000_000 !== 0));
  });

  it('keeps a start that the caller gave', () => {
    const given = new Date(Date.now() - 500);
    const [seconds, nanos] = startSpan((startedMs) => startedMs + 0.25, given).startTime;
    assert.equal(seconds * 1_000 + nanos / 1e6, given.getTime());
  });

  it('lets end and duration follow from the refined start', () => {
    const span = startSpan((startedMs) => startedMs + 0.5);
    span.end();
    const { startTime, endTime, duration } = span;
    const ms = ([seconds, nanos]: readonly [number, number]) => seconds * 1_000 + nanos / 1e6;
    assert.ok(Math.abs(ms(endTime) - ms(startTime) - ms(duration)) < 0.001);
    assert.ok(ms(duration) < 60_000);
  });
});
