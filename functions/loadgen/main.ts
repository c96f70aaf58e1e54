import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseEnvOrExit } from '../../lib/config.ts';
import { createIdentity } from '../../lib/identity.ts';
import { createLogger } from '../../lib/log.ts';
import { shutdownOnSignal } from '../../lib/shutdown.ts';
import { telemetryVariables } from '../../lib/telemetry/config.ts';
import { shutdownTelemetry } from '../../lib/telemetry/telemetry.ts';
import { createApp } from './app.ts';
import { systemClock } from './clock.ts';
import { loadgenVariables } from './config.ts';
import { createClientRequests } from './request.ts';
import { createRuns } from './runs.ts';
import { createServer } from './server.ts';

/** Of the 10 s between SIGTERM and SIGKILL; the rest is for storing the last spans. */
const DRAIN_MS = 4_000;

const config = parseEnvOrExit({ ...telemetryVariables, ...loadgenVariables });
const logger = createLogger({
  service: config.OTEL_SERVICE_NAME,
  project: config.GOOGLE_CLOUD_PROJECT,
});

const address = config.CLIENT_ADDR;
const identity = address.tls ? createIdentity(address.origin) : undefined;
const timeoutMs = config.LOADGEN_REQUEST_TIMEOUT_SECONDS * 1000;
const requests = createClientRequests({ address, timeoutMs, identity });
const clock = systemClock;
const runs = createRuns({ config, requests, identity, clock, logger });
const server = createServer(createApp({ runs, config, clock, logger }));

shutdownOnSignal({
  logger,
  steps: [
    {
      name: 'end the runs and answer',
      run: async () => {
        const closed = once(server, 'close');
        server.close();
        await runs.stop(DRAIN_MS);
        await closed;
      },
    },
    { name: 'close the connections to client', run: () => requests.close() },
    { name: 'store the last spans', run: (leftMs) => shutdownTelemetry(logger, leftMs) },
  ],
});

server.listen(config.PORT, config.HOST);
await once(server, 'listening');
logger.info({ port: (server.address() as AddressInfo).port }, 'listening');
