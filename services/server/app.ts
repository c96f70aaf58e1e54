import { isIPv6 } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { SERVICE_NAME, shakespeareService } from '../../lib/rpc.ts';
import { endsWithin } from '../../lib/telemetry/deadline.ts';
import { createCallBounds } from './call-bounds.ts';
import { boundConnections } from './connection-bound.ts';
import { SERVER_LIMITS, type ServerLimits } from './limits.ts';
import { reportPressure } from './pressure-report.ts';
import { addReflection } from './reflection.ts';
import { deserializeRequest } from './request.ts';
import { createGetMatchCount, type SearchOptions } from './search.ts';

export type ServerApp = Readonly<{
  /** Returns the port, which differs from the one asked for where that is 0. */
  listen(address: { host: string; port: number }): Promise<number>;
  /** Takes no more calls and lets those in flight finish, for at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
}>;

/** The gRPC server with its three services; opens nothing until `listen`. */
export function createApp(options: SearchOptions & { limits?: ServerLimits }): ServerApp {
  const { limits = SERVER_LIMITS } = options;
  const bounds = createCallBounds(limits, reportPressure);
  const server = new Server({
    // One for both: each costs a call more than the bounds themselves.
    interceptors: [bounds.interceptor],
    'grpc.max_concurrent_streams': limits.callsPerConnection,
    'grpc.max_receive_message_length': limits.messageBytes,
    'grpc.max_connection_idle_ms': limits.idleMs,
  });
  const health = new HealthImplementation({ '': 'SERVING', [SERVICE_NAME]: 'SERVING' });
  const { GetMatchCount } = shakespeareService;
  server.addService(
    { GetMatchCount: { ...GetMatchCount, requestDeserialize: deserializeRequest } },
    { GetMatchCount: createGetMatchCount(options) },
  );
  health.addToServer(server);
  addReflection(server);

  let endBound = () => {};

  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        // Plain text: TLS ends at Cloud Run's front end, and inside the cluster there is none.
        const address = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
        server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
          if (error) return reject(error);
          endBound = boundConnections(bound, limits.connections);
          resolve(bound);
        });
      }),

    async drain(timeoutMs) {
      health.setStatus('', 'NOT_SERVING');
      health.setStatus(SERVICE_NAME, 'NOT_SERVING');
      // A watcher of the health service never goes away by itself.
      bounds.endStreams();
      const finished = new Promise<void>((resolve, reject) =>
        server.tryShutdown((error) => (error ? reject(error) : resolve())),
      );
      if (!(await endsWithin(timeoutMs, () => finished))) server.forceShutdown();
      endBound();
    },
  };
}
