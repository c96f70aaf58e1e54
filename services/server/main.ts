import { releaseClosedCalls } from '../../lib/closed-calls.ts';
import { parseEnvOrExit } from '../../lib/config.ts';
import { allowHeapGrowth } from '../../lib/heap-growth.ts';
import { listenOrExit } from '../../lib/listen.ts';
import { logGrpc } from '../../lib/rpc.ts';
import { shutdownOnSignal } from '../../lib/shutdown.ts';
import { telemetryVariables } from '../../lib/telemetry/config.ts';
import { createLogger } from '../../lib/telemetry/log.ts';
import { shutdownTelemetry } from '../../lib/telemetry/telemetry.ts';
import { createApp } from './app.ts';
import { serverVariables } from './config.ts';
import { createKeptWorks } from './kept-works.ts';
import { createObjectStore } from './objects.ts';
import { createWorksPerRequest } from './per-request-works.ts';

/** Time for the last spans, between SIGTERM and the end; the steps before have the rest. */
const LAST_SPANS_MS = 4_000;

const config = parseEnvOrExit({ ...telemetryVariables, ...serverVariables });
const logger = createLogger({
  service: config.OTEL_SERVICE_NAME,
  project: config.GOOGLE_CLOUD_PROJECT,
});

allowHeapGrowth();
logGrpc(logger);
releaseClosedCalls();

const store = createObjectStore({
  apiEndpoint: config.STORAGE_API_ENDPOINT,
  bucket: config.WORKS_BUCKET,
  prefix: config.WORKS_PREFIX,
  access: config.WORKS_ACCESS,
  attempts: config.WORKS_ATTEMPTS,
  attemptTimeoutMs: config.WORKS_ATTEMPT_TIMEOUT_MS,
});
const works =
  config.WORKS_CACHE === 'keep'
    ? createKeptWorks({ store, ttlMs: config.WORKS_TTL_SECONDS * 1_000, logger })
    : createWorksPerRequest(store);
const app = createApp({
  works,
  bucket: config.WORKS_BUCKET,
  prefix: config.WORKS_PREFIX,
  logger,
});

shutdownOnSignal({
  logger,
  timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
  steps: [
    { name: 'finish the calls in flight', run: (leftMs) => app.drain(leftMs - LAST_SPANS_MS) },
    { name: 'stop reading works', run: () => works.close() },
    { name: 'store the last spans', run: (leftMs) => shutdownTelemetry(logger, leftMs) },
  ],
});

await listenOrExit({ logger, host: config.HOST, port: config.PORT, listen: app.listen });
