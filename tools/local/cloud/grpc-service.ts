import { type AddressInfo, createServer as createListener, type Socket } from 'node:net';
import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { GOOGLE_STATUS, toGoogleError } from './google-status.ts';
import type { IssuedCertificate } from './identity/certificates.ts';

export type GrpcService = Readonly<{ port: number; close(): Promise<void> }>;

/** One unary method: the request and the call's metadata in, the response out, or a GoogleError. */
export type UnaryMethod = (request: unknown, metadata: Metadata) => Promise<unknown>;

/** Serves methods on a free loopback port; with TLS where a certificate is given. */
export async function startGrpcService(options: {
  definition: ServiceDefinition;
  methods: Readonly<Record<string, UnaryMethod>>;
  certificate?: IssuedCertificate;
  maxReceiveBytes?: number;
}): Promise<GrpcService> {
  const { definition, methods, certificate } = options;
  const server = new Server({
    'grpc.max_receive_message_length': options.maxReceiveBytes ?? 4 * 1024 * 1024,
  });
  const implementation: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(methods)) implementation[name] = unary(method);
  server.addService(definition, implementation);
  const credentials = certificate
    ? ServerCredentials.createSsl(null, [
        { cert_chain: Buffer.from(certificate.cert), private_key: Buffer.from(certificate.key) },
      ])
    : ServerCredentials.createInsecure();
  // When it closes, grpc-js's listener leaves open connections without a session, which keep this
  // process alive. So this listener owns the sockets, and hands them over with their first bytes.
  const injector = server.createConnectionInjector(credentials);
  const sockets = new Set<Socket>();
  const listener = createListener({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.once('error', () => socket.destroy());
    socket.once('readable', () => injector.injectConnection(socket));
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (listener.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        server.forceShutdown();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function unary(method: UnaryMethod): handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    method(call.request, call.metadata).then(
      (response) => callback(null, response),
      (thrown: unknown) => {
        const error = toGoogleError(thrown);
        callback({
          code: GOOGLE_STATUS[error.code].grpc ?? status.UNKNOWN,
          details: error.message,
          metadata: new Metadata(),
        });
      },
    );
  };
}
