import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseEnv } from '../../../lib/config.ts';
import { telemetryVariables } from '../../../lib/telemetry/config.ts';
import type { LedgerReport } from '../../../lib/telemetry/ledger.ts';
import { createLogger } from '../../../lib/telemetry/log.ts';
import { setRunningTelemetry } from '../../../lib/telemetry/running.ts';
import { startTelemetry } from '../../../lib/telemetry/sdk.ts';
import { withSpan } from '../../../lib/telemetry/span.ts';
import { shutdownTelemetry } from '../../../lib/telemetry/telemetry.ts';
import { startHungExporter } from '../../services/faults.ts';

describe('shutdownTelemetry', () => {
  test('reports within its time what an exporter that hangs has lost', async (t) => {
    // Nobody is to be asked where this process runs.
    process.env.METADATA_SERVER_DETECTION = 'none';
    const config = parseEnv(telemetryVariables, {
      GOOGLE_CLOUD_PROJECT: 'test-project',
      OTEL_SERVICE_NAME: 'client',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: await startHungExporter(t),
      OTEL_BSP_EXPORT_TIMEOUT: '60000',
      OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
    });
    setRunningTelemetry(await startTelemetry(config, { onPlatform: false }));
    await withSpan('client', {}, async () => {});
    const reports: LedgerReport[] = [];
    const destination = { write: (line: string) => void reports.push(JSON.parse(line).spans) };
    // Time passes with the turns of the event loop, and so as slowly as the machine is.
    let nowMs = performance.now();
    const endMs = nowMs + 30_000;
    t.mock.timers.enable({ apis: ['setTimeout'] });
    t.mock.method(performance, 'now', () => nowMs);
    const logger = createLogger({ service: 'client', project: 'test-project', destination });
    const stopped = shutdownTelemetry(logger, 30_000);
    for (; reports.length === 0 && nowMs < endMs; nowMs += 5) {
      t.mock.timers.tick(5);
      await new Promise(setImmediate);
    }
    assert.equal(reports.length, 1, 'the report comes in time');
    await stopped;
    const [report] = reports;
    assert.deepEqual(
      [report?.started, report?.stored, report?.lost, report?.reasons.unanswered],
      [1, 0, 0, 1],
    );
  });
});
