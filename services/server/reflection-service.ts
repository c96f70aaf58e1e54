import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { protoPackage } from '../../lib/rpc.ts';

/** One of the package's services, as it would add it to a server. */
export type LoadedReflection = Readonly<{
  definition: MethodDefinition<object, object>;
  handle(stream: object): void;
}>;

/** The services for our proto, by the path of their one method. */
export function load(): ReadonlyMap<string, LoadedReflection> {
  const found = new Map<string, LoadedReflection>();
  new ReflectionService(protoPackage).addToServer({
    addService(service: ServiceDefinition, handlers: Record<string, LoadedReflection['handle']>) {
      for (const [name, definition] of Object.entries(service)) {
        const handle = handlers[name];
        if (handle) found.set(definition.path, { definition, handle });
      }
    },
  });
  return found;
}
