import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { recordLog } from '../../services/log-lines.ts';
import { recordSpans } from '../../services/spans.ts';

recordSpans();

describe('createLogger', () => {
  test('writes JSON in the shape of Cloud Logging', () => {
    const { logger, lines } = recordLog();
    logger.info({ port: 80 }, 'listening');
    const { time, ...line } = lines[0] ?? {};
    assert.deepEqual(line, { severity: 'INFO', service: 'test', port: 80, message: 'listening' });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
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

  test('writes a line whose trace cannot be found', (t) => {
    t.mock.method(trace, 'getActiveSpan', () => {
      throw new Error('no context');
    });
    const { logger, lines } = recordLog();
    logger.info('inside');
    assert.equal(lines[0]?.message, 'inside');
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
