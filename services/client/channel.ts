import {
  type ChannelCredentials,
  type ChannelOptions,
  credentials,
  Metadata,
  status,
} from '@grpc/grpc-js';
import type { Address } from '../../lib/config.ts';
import type { Identity } from '../../lib/identity.ts';
import { MOST_ATTEMPTS } from './attempts.ts';

export type ConnectionTimes = Readonly<{
  /** How long a connection may be silent before a call asks the peer whether it is still there. */
  keepaliveTimeMs: number;
  /** How long it may take to say so. */
  keepaliveTimeoutMs: number;
  /** The first pause before connecting to a lost server again; it grows up to the longest. */
  reconnectMinMs: number;
  reconnectMaxMs: number;
}>;

const CONNECTION_TIMES: ConnectionTimes = {
  // Pings go out only while a call is under way, and an answer clears the peer's count of them.
  // With its defaults a gRPC server closes the connection at the third ping within 5 minutes if it
  // has sent nothing in between ("too_many_pings").
  keepaliveTimeMs: 60_000,
  keepaliveTimeoutMs: 5_000,
  // By default gRPC connects again to a lost server after 1 s, later only every 2 minutes. The
  // attempts below would all be over before that, and a request long after would still be refused.
  reconnectMinMs: 100,
  reconnectMaxMs: 5_000,
};

const serviceConfig = (service: string) =>
  JSON.stringify({
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [
      {
        name: [{ service }],
        // Counting changes nothing, so a repeat is safe. Within the call's one deadline.
        //
        // A connection that ends under a call (GOAWAY, RST_STREAM) gives the call a status by its
        // HTTP/2 error code: RESOURCE_EXHAUSTED for ENHANCE_YOUR_CALM, CANCELLED for CANCEL,
        // INTERNAL for most others. INADEQUATE_SECURITY alone becomes PERMISSION_DENIED: it holds for
        // the next connection too, and a repeat would ask Cloud Run again after each of its 403s,
        // which have the same status. What our server says by itself carries RETRY_PUSHBACK.never and
        // is not repeated.
        retryPolicy: {
          // The server may read everything once per attempt, and takes this number of them into
          // account (services/server/search.ts): at most 3 reads of an object, whoever repeats.
          maxAttempts: MOST_ATTEMPTS,
          initialBackoff: '0.3s',
          maxBackoff: '1s',
          backoffMultiplier: 3,
          retryableStatusCodes: ['UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'CANCELLED', 'INTERNAL'],
        },
      },
    ],
    // Each failure costs a token, each success gives half of one back; below half of them nothing
    // is repeated, so that retries do not keep a server down. One lost connection fails at most the
    // 80 requests that an instance takes at once.
    retryThrottling: { maxTokens: 400, tokenRatio: 0.5 },
  });

/** The options of the channel to a gRPC service of this name. */
export function channelOptions(
  service: string,
  deviations: Partial<ConnectionTimes> = {},
): ChannelOptions {
  const times = { ...CONNECTION_TIMES, ...deviations };
  return {
    // A front end or NAT drops an idle connection silently. The first call after a silence
    // pings as it goes out, learns it within the timeout and is repeated on a new connection.
    'grpc.keepalive_time_ms': times.keepaliveTimeMs,
    'grpc.keepalive_timeout_ms': times.keepaliveTimeoutMs,
    'grpc.keepalive_permit_without_calls': 0,
    'grpc.initial_reconnect_backoff_ms': times.reconnectMinMs,
    'grpc.max_reconnect_backoff_ms': times.reconnectMaxMs,
    // No TXT lookup for a service config: none may replace ours.
    'grpc.service_config_disable_resolution': 1,
    'grpc.service_config': serviceConfig(service),
    // Nobody reads these statistics, and each call would be counted several times.
    'grpc.enable_channelz': 0,
  };
}

/** Plain text or TLS as the address says, and with TLS an ID token on each call. */
export function channelCredentials(
  address: Address,
  identity: Identity | undefined,
): ChannelCredentials {
  if (!address.tls) return credentials.createInsecure();
  const tls = credentials.createSsl();
  if (!identity) return tls;
  return credentials.combineChannelCredentials(
    tls,
    credentials.createFromMetadataGenerator((_params, callback) => {
      identity.getIdToken().then(
        (token) => {
          const metadata = new Metadata();
          metadata.set('authorization', `Bearer ${token}`);
          callback(null, metadata);
        },
        (error: Error) => {
          // Without a code it would count as UNKNOWN. Its text ends up in the log, not on the wire.
          const message = `${error.message}: ${error.cause}`;
          callback(Object.assign(new Error(message), { code: status.UNAVAILABLE }));
        },
      );
    }),
  );
}
