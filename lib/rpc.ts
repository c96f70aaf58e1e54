import { fileURLToPath } from 'node:url';
import { type MethodDefinition, type ServiceDefinition, setLogger } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Logger } from './telemetry/log.ts';

export type MatchCountRequest = Readonly<{ query: string }>;
/** `match_count` is an int64: a decimal string here, because a number would round it. */
export type MatchCountResponse = Readonly<{ match_count: string }>;

/** The parsed proto: what reflection shows. */
export const protoPackage = loadSync(
  fileURLToPath(new URL('../proto/shakesapp.proto', import.meta.url)),
  { keepCase: true, longs: String, defaults: true },
);

/**
 * The trailer by which a server says when a failed call may be repeated. A negative value means
 * never. https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback
 */
export const RETRY_PUSHBACK = { key: 'grpc-retry-pushback-ms', never: '-1' } as const;

/** How many attempts of a call came before, in its metadata and in its answer's; none in the first. */
export const PREVIOUS_ATTEMPTS = 'grpc-previous-rpc-attempts';

/**
 * How many attempts of the same request an earlier call made: gRPC counts those of each call alone.
 * The server adds the two.
 */
export const EARLIER_CALLS_HEADER = 'shakesapp-earlier-calls';

export const SERVICE_NAME = 'shakesapp.ShakespeareService';

export const shakespeareService = protoPackage[SERVICE_NAME] as unknown as ServiceDefinition & {
  GetMatchCount: MethodDefinition<MatchCountRequest, MatchCountResponse>;
};

/** grpc-js writes plain text to stderr otherwise. What matters of it comes back as an error too. */
export function logGrpc(logger: Logger): void {
  setLogger({ error: (text: string) => logger.warn({ library: 'grpc-js' }, text) });
}
