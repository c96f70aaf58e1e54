import { type handleUnaryCall, type Metadata, Server, ServerCredentials } from '@grpc/grpc-js';

type Handler = handleUnaryCall<Buffer, Buffer>;

/** Serves the two methods of `server` on a free port, and leaves the bytes of a message as they are. */
export async function startGrpcServer(
  handlers: Readonly<{ count: Handler; health: Handler }>,
): Promise<{ port: number; close(): void }> {
  const server = new Server();
  server.addService(
    {
      count: unary('/shakesapp.ShakespeareService/GetMatchCount'),
      health: unary('/grpc.health.v1.Health/Check'),
    },
    handlers,
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { port, close: () => server.forceShutdown() };
}

/** The headers of a call, as text. */
export const headersIn = (metadata: Metadata): Record<string, string> =>
  Object.fromEntries(
    Object.entries(metadata.getMap()).map(([name, value]) => [name, String(value)]),
  );

const asItIs = (bytes: Buffer) => bytes;

const unary = (path: string) => ({
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: asItIs,
  requestDeserialize: asItIs,
  responseSerialize: asItIs,
  responseDeserialize: asItIs,
});
