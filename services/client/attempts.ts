import { type CallCredentials, credentials, Metadata, status } from '@grpc/grpc-js';
import { EARLIER_CALLS_HEADER, PREVIOUS_ATTEMPTS } from '../../lib/rpc.ts';

/** For one request, all calls that are made for it taken together. */
export const MOST_ATTEMPTS = 3;

export type Attempts = Readonly<{
  /** Reads from an answer how often the channel had sent its call before. */
  hear(answer: Metadata): void;
  /** What the next call carries, and what keeps its attempts within the bound. */
  next(): Readonly<{ metadata: Metadata; credentials?: CallCredentials }>;
}>;

/**
 * The attempts of one request. The channel counts those of each call from 0, and says with the answer
 * how many came before it (gRPC A6, "Exposed Retry Metadata"). A call whose last attempt was rejected
 * for its token has a second one: the attempts before that one may have reached the server, so that
 * the second call tells the server of them and makes only the rest.
 */
export function createAttempts(): Attempts {
  let earlier = 0;
  return {
    hear(answer) {
      const value = answer.get(PREVIOUS_ATTEMPTS)[0];
      if (value === undefined) return;
      if (/^\d$/.test(String(value))) earlier = Math.min(Number(value), MOST_ATTEMPTS - 1);
    },
    next() {
      const metadata = new Metadata();
      if (earlier === 0) return { metadata };
      metadata.set(EARLIER_CALLS_HEADER, String(earlier));
      return { metadata, credentials: sendAtMost(MOST_ATTEMPTS - earlier) };
    },
  };
}

/** Credentials, because gRPC asks them before each attempt. One too many does not leave the process. */
function sendAtMost(most: number): CallCredentials {
  let sent = 0;
  return credentials.createFromMetadataGenerator((_params, callback) => {
    sent += 1;
    if (sent <= most) return callback(null, new Metadata());
    const error = new Error(`the request was sent ${MOST_ATTEMPTS} times`);
    callback(Object.assign(error, { code: status.UNAVAILABLE }));
  });
}
