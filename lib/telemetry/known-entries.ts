import type { AttributeValue } from '@opentelemetry/api';
import type { ProtobufWriter } from './protobuf-writer.ts';

/** Few attributes have more than one value, and those that have many have too many to know. */
const MOST_VALUES = 16;
const MOST_NAMES = 256;
const MOST_BYTES = 100;

type Value = AttributeValue | undefined;

/**
 * Writes an attribute as `write` does, which is asked only once for the same name and value: most
 * attributes of a span have the value that they had in the span before.
 */
export function knowEntries(
  writer: ProtobufWriter,
  write: (name: string, value: Value) => void,
): (name: string, value: Value) => void {
  const known = new Map<string, Map<Value, Buffer>>();

  function learn(name: string, value: Value, start: number): void {
    const values = known.get(name) ?? new Map<Value, Buffer>();
    const isFull = values.size === MOST_VALUES || (values.size === 0 && known.size === MOST_NAMES);
    if (isFull || typeof value === 'object' || writer.length - start > MOST_BYTES) return;
    values.set(value, writer.copyFrom(start));
    known.set(name, values);
  }

  return (name, value) => {
    const bytes = known.get(name)?.get(value);
    if (bytes !== undefined) return writer.raw(bytes);
    const start = writer.length;
    write(name, value);
    learn(name, value, start);
  };
}
