import type { Attributes, AttributeValue, HrTime } from '@opentelemetry/api';
import type { ProtobufWriter } from './protobuf-writer.ts';

/** Fields of opentelemetry.proto.common.v1. */
const KEY_VALUE = { key: 1, value: 2 } as const;
const VALUE = { string: 1, bool: 2, int: 3, double: 4, array: 5 } as const;
const ARRAY = { values: 1 } as const;

/** Each a KeyValue in this field. */
export function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: Attributes = {},
): void {
  for (const name in attributes) writeAttribute(writer, field, [name, attributes[name]]);
}

/** A KeyValue in this field. */
export function writeAttribute(
  writer: ProtobufWriter,
  field: number,
  [name, value]: readonly [string, AttributeValue | undefined],
): void {
  const start = writer.begin(field);
  writer.text(KEY_VALUE.key, name);
  const held = writer.begin(KEY_VALUE.value);
  writeValue(writer, value);
  writer.end(held);
  writer.end(start);
}

/** The content of an AnyValue; what the SDK holds for no value is none. */
function writeValue(writer: ProtobufWriter, value: unknown): void {
  if (typeof value === 'string') writer.text(VALUE.string, value);
  else if (typeof value === 'boolean') writer.integer(VALUE.bool, value ? 1 : 0);
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (Array.isArray(value)) {
    const start = writer.begin(VALUE.array);
    for (const each of value) {
      const element = writer.begin(ARRAY.values);
      writeValue(writer, each);
      writer.end(element);
    }
    writer.end(start);
  }
}

function writeNumber(writer: ProtobufWriter, value: number): void {
  const isInt64 = Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
  if (isInt64) writer.integer(VALUE.int, value);
  else writer.double(VALUE.double, value);
}

const HALF = 2 ** 16;
const WORD = 2 ** 32;

/** Nanoseconds are more than a number holds exactly, so the seconds are taken in two halves. */
export function writeTime(writer: ProtobufWriter, field: number, [seconds, nanos]: HrTime): void {
  const lower = (seconds % HALF) * 1e9 + nanos;
  const upper = Math.floor(seconds / HALF) * 1e9;
  const low = lower + (upper % HALF) * HALF;
  writer.fixed64(field, low % WORD, Math.floor(upper / HALF) + Math.floor(low / WORD));
}
