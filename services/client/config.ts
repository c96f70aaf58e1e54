import { address, host, integer, port } from '../../lib/config.ts';
import { knownQueriesVariable } from '../../lib/queries.ts';
import { shutdownTimeout } from '../../lib/shutdown.ts';
import { besidePlainService } from '../../lib/telemetry/plain-text.ts';

export const clientVariables = {
  HOST: host(),
  PORT: port(8080).describe('Port of the HTTP service; 0 takes a free one'),
  SHUTDOWN_TIMEOUT_MS: shutdownTimeout(),
  SERVER_ADDR: address().meta({
    description:
      'The gRPC server: `host:port` is plain text, `https://host` is TLS with an ID token for that origin',
    beside: besidePlainService,
  }),
  SERVER_DEADLINE_MS: integer({ min: 50, max: 300_000, default: 10_000 }).describe(
    'Milliseconds that one call of the server may take, retries included. Shorter where the caller says that it waits less, in the header shakesapp-timeout-ms',
  ),
  KNOWN_QUERIES: knownQueriesVariable,
};
