import { EventEmitter } from 'node:events';
import type { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';

/** A program calls few methods at few addresses; what is beyond is computed each time. */
const MOST_KNOWN = 64;

/**
 * Takes from OpenTelemetry's instrumentation of gRPC what it does again for each call. Its spans have the
 * same attributes.
 *
 * - It takes the names of methods and the addresses of channels apart by regular expressions: here once
 *   for each.
 * - It wraps sendMetadata of each call on the server, for metadata that spans capture. None is captured
 *   here, and wrapping defines four properties.
 */
export function prepareGrpc(instrumentation: GrpcInstrumentation): GrpcInstrumentation {
  const inside = instrumentation as unknown as Inside;
  const { _splitMethodString: split, extractNetMetadata: setAddress, _wrap: wrap } = inside;
  inside._splitMethodString = remember(split);
  const addressOf = remember((target) => {
    let address = {};
    const setAttributes = (attributes: object) => {
      address = attributes;
    };
    setAddress({ getChannel: () => ({ getTarget: () => target }) }, { setAttributes });
    return address;
  });
  inside.extractNetMetadata = (client, span) =>
    span.setAttributes(addressOf(client.getChannel().getTarget()));
  inside._wrap = (of, name, wrapper) => {
    // A client's method may have that name too, and is no emitter.
    if (name === 'sendMetadata' && of instanceof EventEmitter) return undefined;
    return wrap(of, name, wrapper);
  };
  return instrumentation;
}

/** What the package has no option for. */
type Inside = {
  _splitMethodString(path: string): object;
  extractNetMetadata(
    client: Readonly<{ getChannel(): Readonly<{ getTarget(): string }> }>,
    span: Readonly<{ setAttributes(attributes: object): unknown }>,
  ): void;
  _wrap(of: object, name: string, wrapper: unknown): unknown;
};

function remember<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = compute(key);
    if (known.size < MOST_KNOWN) known.set(key, value);
    return value;
  };
}
