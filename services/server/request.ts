import { isUtf8 } from 'node:buffer';
import { fromJSON } from '@grpc/proto-loader';
import { AppError } from '../../lib/errors.ts';

/** A request as its bytes came: what is wrong with it is for the handler to say, as its answer. */
export type ReceivedRequest = Readonly<{ query: string } | { refused: AppError }>;

/**
 * The request of the proto, read as bytes: on the wire a string is the same. Protobuf's decoder for
 * JavaScript takes any bytes for a string and replaces what is not UTF-8, so the query would be
 * another one than was sent.
 */
const { Read } = fromJSON(
  {
    nested: {
      Request: { fields: { query: { type: 'bytes', id: 1 } } },
      Reader: {
        methods: { Read: { requestType: 'Request', responseType: 'Request', comment: '' } },
      },
    },
  },
  { defaults: true },
).Reader as unknown as {
  Read: { requestDeserialize(bytes: Buffer): { query: Buffer } };
};

/** Never throws: gRPC would answer INTERNAL, as if the fault were the server's. */
export function deserializeRequest(bytes: Buffer): ReceivedRequest {
  let query: Buffer;
  try {
    query = Read.requestDeserialize(bytes).query;
  } catch (cause) {
    const text = 'the request is not valid protobuf; allowed: shakesapp.ShakespeareRequest';
    return { refused: new AppError('invalidArgument', text, { cause }) };
  }
  if (isUtf8(query)) return { query: query.toString('utf8') };
  const text = 'the query is not valid UTF-8, as protobuf requires of a string';
  return { refused: new AppError('invalidArgument', text) };
}
