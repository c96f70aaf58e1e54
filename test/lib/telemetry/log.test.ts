import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { createLogger, excerpt } from '../../../lib/telemetry/log.ts';
import { recordLog } from '../../services/log-lines.ts';
import { recordSpans } from '../../services/spans.ts';

recordSpans();

describe('createLogger', () => {
  test('writes JSON in the shape of Cloud Logging', () => {
    const { logger, lines } = recordLog();
    logger.info({ port: 80 }, 'listening');
    const { time, ...line } = lines[0] ?? {};
    assert.deepEqual(line, { severity: 'INFO', service: 'test', port: 80, message: 'listening' });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('writes one line, whatever line separators a text holds', () => {
    const written: string[] = [];
    const destination = { write: (line: string) => void written.push(line) };
    const logger = createLogger({ service: 'test', project: 'p', destination });
    const text = 'a\nb\r\u0085c\u2028d\u2029e';
    logger.info({ text }, text);
    assert.match(written[0] ?? '', /^[^\n\r\u0085\u2028\u2029]*\n$/);
    assert.deepEqual(
      [JSON.parse(written[0] ?? '').text, JSON.parse(written[0] ?? '').message],
      [text, text],
    );
  });

  const severities = [
    ['warn', 'WARNING'],
    ['error', 'ERROR'],
    ['fatal', 'CRITICAL'],
  ] as const;
  for (const [level, severity] of severities) {
    test(`writes ${level} as ${severity}`, () => {
      const { logger, lines } = recordLog();
      logger[level]('something');
      assert.equal(lines[0]?.severity, severity);
    });
  }

  test('links a line to the trace it was written in', () => {
    const { logger, lines } = recordLog();
    trace.getTracer('test').startActiveSpan('work', (span) => {
      logger.info('inside');
      const { traceId, spanId } = span.spanContext();
      assert.equal(
        lines[0]?.['logging.googleapis.com/trace'],
        `projects/shakesapp-test/traces/${traceId}`,
      );
      assert.equal(lines[0]?.['logging.googleapis.com/spanId'], spanId);
      assert.equal(lines[0]?.['logging.googleapis.com/trace_sampled'], true);
      span.end();
    });
  });

  test('links no line outside a trace', () => {
    const { logger, lines } = recordLog();
    logger.info('outside');
    assert.ok(!Object.keys(lines[0] ?? {}).some((key) => key.startsWith('logging.')));
  });

  test('writes an error with its cause', () => {
    const { logger, lines } = recordLog();
    logger.error({ error: new Error('failed', { cause: new Error('the reason') }) }, 'oh');
    assert.match(JSON.stringify(lines[0]?.error), /failed.*the reason/);
  });
});

test('an excerpt is at most as long as is asked, and says that it was cut', () => {
  assert.equal(excerpt('x'.repeat(10), 10), 'x'.repeat(10));
  assert.equal(excerpt('x'.repeat(11), 10), `${'x'.repeat(10)}…`);
});
