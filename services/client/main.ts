import type { AddressInfo } from 'node:net';
import { releaseClosedCalls } from '../../lib/closed-calls.ts';
import { parseEnvOrExit } from '../../lib/config.ts';
import { allowHeapGrowth } from '../../lib/heap-growth.ts';
import { createIdentity } from '../../lib/identity.ts';
import { listenOrExit } from '../../lib/listen.ts';
import { logGrpc } from '../../lib/rpc.ts';
import { shutdownOnSignal } from '../../lib/shutdown.ts';
import { telemetryVariables } from '../../lib/telemetry/config.ts';
import { createLogger } from '../../lib/telemetry/log.ts';
import { shutdownTelemetry } from '../../lib/telemetry/telemetry.ts';
import { createApp } from './app.ts';
import { clientVariables } from './config.ts';
import { createShakespeareClient } from './shakespeare-client.ts';

/** Time for the last spans, between SIGTERM and the end; the steps before have the rest. */
const LAST_SPANS_MS = 4_000;

const config = parseEnvOrExit({ ...telemetryVariables, ...clientVariables });
const logger = createLogger({
  service: config.OTEL_SERVICE_NAME,
  project: config.GOOGLE_CLOUD_PROJECT,
});

allowHeapGrowth();
logGrpc(logger);
releaseClosedCalls();

const address = config.SERVER_ADDR;
const server = createShakespeareClient({
  address,
  ...(address.tls ? { identity: createIdentity(address.origin) } : {}),
  deadlineMs: config.SERVER_DEADLINE_MS,
});
const app = createApp({
  server,
  knownQueries: config.KNOWN_QUERIES,
  random: Math.random,
  logger,
});

shutdownOnSignal({
  logger,
  timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
  steps: [
    { name: 'finish the requests in flight', run: (leftMs) => drain(leftMs - LAST_SPANS_MS) },
    { name: 'close the channel', run: () => server.close() },
    { name: 'store the last spans', run: (leftMs) => shutdownTelemetry(logger, leftMs) },
  ],
});

await listenOrExit({
  logger,
  host: config.HOST,
  port: config.PORT,
  listen: async (address) => {
    await app.listen(address);
    return (app.server.address() as AddressInfo).port;
  },
});

async function drain(timeoutMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  await app.close();
  clearTimeout(timer);
}
