import { Client, type ClientUnaryCall, credentials, type ServiceError } from '@grpc/grpc-js';
import { SERVICE_NAME, shakespeareService } from '../../../lib/rpc.ts';

const DEADLINE_MS = 10_000;

export type BareCall = (
  query: string,
  done: (error: ServiceError | null, body: string) => void,
) => ClientUnaryCall;

/** Asks a server by grpc-js, with what any correct program gives a call: a deadline, and retries. */
export function createBareCall(address: string): BareCall {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.service_config_disable_resolution': 1,
    'grpc.service_config': JSON.stringify({
      loadBalancingConfig: [{ round_robin: {} }],
      methodConfig: [
        {
          name: [{ service: SERVICE_NAME }],
          retryPolicy: {
            maxAttempts: 3,
            initialBackoff: '0.3s',
            maxBackoff: '1s',
            backoffMultiplier: 3,
            retryableStatusCodes: ['UNAVAILABLE'],
          },
        },
      ],
    }),
  });
  const { path, requestSerialize, responseDeserialize } = shakespeareService.GetMatchCount;
  return (query, done) =>
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { query },
      { deadline: Date.now() + DEADLINE_MS },
      (error, answer) => {
        const matchCount = Number(answer?.match_count);
        done(error, JSON.stringify({ query, matchCount, match_count: matchCount }));
      },
    );
}
