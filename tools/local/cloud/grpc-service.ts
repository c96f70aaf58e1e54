import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { IssuedCertificate } from './certificates.ts';
import { GOOGLE_STATUS, toGoogleError } from './google-status.ts';

export type GrpcService = Readonly<{ port: number; close(): void }>;

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
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
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
