import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { startHungExporter } from '../../services/faults.ts';

/** Runs this code in a process that has one span, which nobody stores; its end and its log. */
async function run(t: TestContext, code: string) {
  const program = `
    import { mock } from 'node:test';
    import { shutdownOnSignal } from './lib/shutdown.ts';
    import { createLogger } from './lib/telemetry/log.ts';
    import { withSpan } from './lib/telemetry/span.ts';
    import { shutdownTelemetry } from './lib/telemetry/telemetry.ts';
    const logger = createLogger({ service: 'test', project: 'test-project' });
    await withSpan('client', {}, async () => {});
    ${code}
  `;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR',
      '--import=./lib/telemetry/preload.ts',
      '--input-type=module-typescript',
      '--eval',
      program,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        METADATA_SERVER_DETECTION: 'none',
        GOOGLE_CLOUD_PROJECT: 'test-project',
        OTEL_SERVICE_NAME: 'client',
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: await startHungExporter(t),
      },
    },
  );
  t.after(() => child.kill('SIGKILL'));
  const output = text(child.stdout);
  const problems = text(child.stderr);
  const [exitCode] = await once(child, 'close');
  const lines = (await output).trim().split('\n');
  const parsed = lines.map((line) => JSON.parse(line === '' ? '{}' : line));
  const reports = parsed.filter(({ message }) => message === 'telemetry stopped');
  const counts = reports.map(({ spans }) => [
    spans.started,
    spans.stored,
    spans.lost,
    spans.unknown,
  ]);
  const stderr = await problems;
  return { exitCode, messages: parsed.map(({ message }) => message), counts, stderr };
}

describe('the count of spans', () => {
  test('is written where a shutdown runs out of time before it comes to the spans', async (t) => {
    const { exitCode, messages, counts } = await run(
      t,
      `mock.timers.enable({ apis: ['setTimeout'] });
      shutdownOnSignal({ logger, timeoutMs: 60_000, steps: [
        { name: 'hang', run: () => {
          setImmediate(() => mock.timers.tick(60_000));
          return new Promise(() => {});
        } },
        { name: 'store', run: (leftMs) => shutdownTelemetry(logger, leftMs) },
      ] });
      setInterval(() => {}, 1_000);
      process.kill(process.pid, 'SIGTERM');`,
    );
    assert.deepEqual(messages, ['shutting down', 'shutdown timed out', 'telemetry stopped']);
    assert.deepEqual([exitCode, counts], [1, [[1, 0, 1, 0]]]);
  });

  test('is written where the program crashes', async (t) => {
    const { exitCode, counts, stderr } = await run(t, `throw new Error('no such thing');`);
    assert.match(stderr, /no such thing/);
    assert.deepEqual([exitCode, counts], [1, [[1, 0, 1, 0]]]);
  });

  test('is written once, and before the next timer where no time is left', async (t) => {
    const { exitCode, messages, counts } = await run(
      t,
      `setTimeout(() => logger.info('timer'), 0);
      const endMs = performance.now() + 20;
      while (performance.now() < endMs);
      await shutdownTelemetry(logger, 0);
      process.exit(0);`,
    );
    assert.deepEqual(messages, ['telemetry stopped']);
    assert.deepEqual([exitCode, counts], [0, [[1, 0, 0, 1]]]);
  });
});
