import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../lib/clock.ts';
import { parseEnvOrExit } from '../../lib/config.ts';
import { allowHeapGrowth } from '../../lib/heap-growth.ts';
import { createIdentity } from '../../lib/identity.ts';
import { listenOrExit } from '../../lib/listen.ts';
import { shutdownOnSignal } from '../../lib/shutdown.ts';
import { telemetryVariables } from '../../lib/telemetry/config.ts';
import { createLogger } from '../../lib/telemetry/log.ts';
import { shutdownTelemetry } from '../../lib/telemetry/telemetry.ts';
import { createApp } from './app.ts';
import { loadgenVariables } from './config.ts';
import { createClientRequests } from './request.ts';
import { createRuns } from './runs.ts';
import { createServer } from './server.ts';

/**
 * Part of the time between SIGTERM and the end that requests in flight cannot use: up to 2 s to
 * store spans before the answers, up to ANSWER_MS for these to go out, and 2 s for the last spans.
 */
const AFTER_DRAIN_MS = 5_000;
const ANSWER_MS = 1_000;

const config = parseEnvOrExit({ ...telemetryVariables, ...loadgenVariables });
const logger = createLogger({
  service: config.OTEL_SERVICE_NAME,
  project: config.GOOGLE_CLOUD_PROJECT,
});

allowHeapGrowth();

const address = config.CLIENT_ADDR;
const identity = address.tls ? createIdentity(address.origin) : undefined;
const timeoutMs = config.LOADGEN_REQUEST_TIMEOUT_SECONDS * 1000;
const maxSockets = config.LOADGEN_MAX_REQUESTS;
const clock = systemClock;
const requests = createClientRequests({ address, timeoutMs, maxSockets, identity, clock });
const runs = createRuns({ config, requests, identity, clock, logger });
const { server, close } = createServer({ app: createApp({ runs, config, clock, logger }), logger });

shutdownOnSignal({
  logger,
  timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
  steps: [
    {
      name: 'end the runs and answer',
      run: (leftMs) =>
        close({ answered: runs.stop(leftMs - AFTER_DRAIN_MS), timeoutMs: ANSWER_MS }),
    },
    { name: 'close the connections to client', run: () => requests.close() },
    { name: 'store the last spans', run: (leftMs) => shutdownTelemetry(logger, leftMs) },
  ],
});

await listenOrExit({
  logger,
  host: config.HOST,
  port: config.PORT,
  listen: async ({ host, port }) => {
    await once(server.listen(port, host), 'listening');
    return (server.address() as AddressInfo).port;
  },
});
