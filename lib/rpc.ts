import { fileURLToPath } from 'node:url';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export type MatchCountRequest = Readonly<{ query: string }>;
/** `match_count` is an int64: a decimal string here, because a number would round it. */
export type MatchCountResponse = Readonly<{ match_count: string }>;

/** The parsed proto: what reflection shows. */
export const protoPackage = loadSync(
  fileURLToPath(new URL('../proto/shakesapp.proto', import.meta.url)),
  { keepCase: true, longs: String, defaults: true },
);

export const SERVICE_NAME = 'shakesapp.ShakespeareService';

export const shakespeareService = protoPackage[SERVICE_NAME] as unknown as ServiceDefinition & {
  GetMatchCount: MethodDefinition<MatchCountRequest, MatchCountResponse>;
};
