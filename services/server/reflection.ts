import { type Server, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { LoadedReflection } from './reflection-service.ts';

type Stream = ServerDuplexStream<Buffer, Buffer>;

const PATHS = ['v1', 'v1alpha'].map(
  (version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
);

const asBytes = (value: Buffer) => value;

/**
 * The reflection service, which shows the proto to tools such as grpcurl. Its package is loaded with the
 * first call: it encodes a descriptor of every message, and few servers are ever asked.
 */
export function addReflection(server: Server): void {
  let loading: Promise<ReadonlyMap<string, LoadedReflection>> | undefined;
  for (const path of PATHS) {
    const bytes = {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: asBytes,
      requestDeserialize: asBytes,
      responseSerialize: asBytes,
      responseDeserialize: asBytes,
    };
    server.addService(
      { ServerReflectionInfo: bytes },
      {
        async ServerReflectionInfo(stream: Stream) {
          try {
            loading ??= import('./reflection-service.ts').then((module) => module.load());
            serve(stream, (await loading).get(path));
          } catch (error) {
            refuse(stream, error);
          }
        },
      },
    );
  }
}

function serve(stream: Stream, loaded: LoadedReflection | undefined): void {
  if (loaded === undefined) throw new Error('@grpc/reflection does not have this service');
  const { definition, handle } = loaded;
  handle({
    on(event: string, listener: (value?: object) => void) {
      stream.on(event, (value?: Buffer) => {
        try {
          listener(event === 'data' && value ? definition.requestDeserialize(value) : value);
        } catch (error) {
          refuse(stream, error);
        }
      });
    },
    write: (answer: object) => stream.write(definition.responseSerialize(answer)),
    end: () => stream.end(),
  });
}

function refuse(stream: Stream, error: unknown): void {
  const details = 'reflection failed';
  stream.emit('error', Object.assign(new Error(details), { code: status.INTERNAL, cause: error }));
}
