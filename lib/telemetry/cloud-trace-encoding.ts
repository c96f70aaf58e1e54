import { type Attributes, type HrTime, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { eachConsoleLabel, labelOf } from './cloud-trace-names.ts';
import { createSpanNameWriter } from './cloud-trace-span-name.ts';
import { knowEntries } from './known-entries.ts';
import { ProtobufWriter, sizeOfVarint } from './protobuf-writer.ts';

/** Fields of google.devtools.cloudtrace.v2, as the exporter's own protos number them. */
const REQUEST = { name: 1, spans: 2 } as const;
const SPAN = {
  name: 1,
  spanId: 2,
  parentSpanId: 3,
  displayName: 4,
  startTime: 5,
  endTime: 6,
  attributes: 7,
  timeEvents: 9,
  links: 10,
  status: 11,
  sameProcessAsParentSpan: 12,
  spanKind: 14,
} as const;
const ATTRIBUTES = { attributeMap: 1, droppedAttributesCount: 2 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const VALUE = { string: 1, int: 2, bool: 3 } as const;
const TIME_EVENTS = { timeEvent: 1 } as const;
const TIME_EVENT = { time: 1, annotation: 2 } as const;
const ANNOTATION = { description: 1, attributes: 2 } as const;
const LINKS = { link: 1 } as const;
const LINK = { traceId: 1, spanId: 2, type: 3, attributes: 4 } as const;
const TIMESTAMP = { seconds: 1, nanos: 2 } as const;
const STATUS = { code: 1, message: 2 } as const;
const BOOL = { value: 1 } as const;

const CODE = { [SpanStatusCode.OK]: 0, [SpanStatusCode.ERROR]: 2 } as const;
const LINK_TYPE_UNSPECIFIED = 0;

/** Before a packed span: how many of its bytes stand before its own attributes. */
const HEAD_SIZE_BYTES = 4;
const NO_HEAD_SIZE = Buffer.alloc(HEAD_SIZE_BYTES);

/** Values of an attribute map, as the exporter makes them. */
export type Labels = Readonly<
  Record<
    string,
    | Readonly<{ stringValue: { value: string } }>
    | Readonly<{ intValue: string }>
    | Readonly<{ boolValue: boolean }>
  >
>;

/**
 * Encodes BatchWriteSpansRequest, to the field what the exporter and its gRPC client make of the same
 * spans: test/lib/telemetry/cloud-trace-encoding.test.ts holds one against the other. They take six
 * objects and a lookup of the resource for each span.
 *
 * A span is encoded when it ends, before the labels of its resource are known. They are entries of its
 * attributes, so these come last and their end stays open:
 *
 *     packed   size of head | head | entries of the attributes
 *     written  size of span | head | size of attributes | entries | labels
 */
export function createBatchEncoder(project: string): {
  pack(span: ReadableSpan): Buffer;
  /** A request with these packed spans, and with encoded labels of their resource. */
  encode(packed: readonly Buffer[], labels: Buffer): Buffer;
  /** The end of an attribute map. */
  encodeLabels(labels: Labels): Buffer;
} {
  const writer = new ProtobufWriter();
  const writeName = createSpanNameWriter(writer, SPAN.name, project);

  function head(of: ReadableSpan): void {
    const { traceId, spanId, isRemote } = of.spanContext();
    writeName(traceId, spanId);
    writer.text(SPAN.spanId, spanId);
    if (of.parentSpanContext?.spanId) writer.text(SPAN.parentSpanId, of.parentSpanContext.spanId);
    writer.textMessage(SPAN.displayName, of.name);
    time(SPAN.startTime, of.startTime);
    time(SPAN.endTime, of.endTime);
    events(of.events);
    links(of.links);
    status(of.status);
    const sameProcess = writer.begin(SPAN.sameProcessAsParentSpan);
    writer.integer(BOOL.value, isRemote ? 0 : 1);
    writer.end(sameProcess);
    // OpenTelemetry's numbers begin with 0 for INTERNAL, Cloud Trace's with 0 for "unspecified".
    writer.integer(SPAN.spanKind, of.kind + 1);
  }

  /** Of two entries with one key the later one holds, so the labels come last. */
  function complete(packed: Buffer, labels: Buffer): void {
    const headSize = packed.readUInt32LE(0);
    const entriesStart = HEAD_SIZE_BYTES + headSize;
    const size = packed.length - entriesStart + labels.length;
    writer.header(REQUEST.spans, headSize + 1 + sizeOfVarint(size) + size);
    writer.raw(packed, HEAD_SIZE_BYTES, entriesStart);
    writer.header(SPAN.attributes, size);
    writer.raw(packed, entriesStart);
    writer.raw(labels);
  }

  function entries(attributes: Attributes): void {
    for (const name in attributes) entry(name, attributes[name]);
  }

  const entry = knowEntries(writer, (name, value) => {
    if (value === undefined) return;
    const start = writer.begin(ATTRIBUTES.attributeMap);
    writer.text(ENTRY.key, labelOf(name));
    const held = writer.begin(ENTRY.value);
    if (typeof value === 'string') writer.textMessage(VALUE.string, value);
    else if (typeof value === 'number') writer.integer(VALUE.int, Math.round(value));
    else if (typeof value === 'boolean') writer.integer(VALUE.bool, value ? 1 : 0);
    else writer.textMessage(VALUE.string, JSON.stringify(value));
    writer.end(held);
    writer.end(start);
  });

  function attributesField(field: number, attributes: Attributes = {}): void {
    const start = writer.begin(field);
    entries(attributes);
    writer.integer(ATTRIBUTES.droppedAttributesCount, 0);
    writer.end(start);
  }

  function events(of: ReadableSpan['events']): void {
    const start = writer.begin(SPAN.timeEvents);
    for (const { time: at, name, attributes } of of) {
      const event = writer.begin(TIME_EVENTS.timeEvent);
      time(TIME_EVENT.time, at);
      const annotation = writer.begin(TIME_EVENT.annotation);
      writer.textMessage(ANNOTATION.description, name);
      attributesField(ANNOTATION.attributes, attributes);
      writer.end(annotation);
      writer.end(event);
    }
    writer.end(start);
  }

  function links(of: ReadableSpan['links']): void {
    const start = writer.begin(SPAN.links);
    for (const { context, attributes } of of) {
      const link = writer.begin(LINKS.link);
      writer.text(LINK.traceId, context.traceId);
      writer.text(LINK.spanId, context.spanId);
      writer.integer(LINK.type, LINK_TYPE_UNSPECIFIED);
      attributesField(LINK.attributes, attributes);
      writer.end(link);
    }
    writer.end(start);
  }

  function status({ code, message }: ReadableSpan['status']): void {
    if (code === SpanStatusCode.UNSET) return;
    const start = writer.begin(SPAN.status);
    writer.integer(STATUS.code, CODE[code]);
    if (code === SpanStatusCode.ERROR && message !== undefined)
      writer.text(STATUS.message, message);
    writer.end(start);
  }

  function time(field: number, at: HrTime): void {
    const start = writer.begin(field);
    writer.integer(TIMESTAMP.seconds, at[0]);
    writer.integer(TIMESTAMP.nanos, at[1]);
    writer.end(start);
  }

  return {
    pack(span) {
      writer.clear();
      writer.raw(NO_HEAD_SIZE);
      head(span);
      const headSize = writer.length - HEAD_SIZE_BYTES;
      entries(span.attributes);
      eachConsoleLabel(span.attributes, entry);
      const packed = writer.finish();
      packed.writeUInt32LE(headSize, 0);
      return packed;
    },
    encode(packed, labels) {
      writer.clear();
      writer.text(REQUEST.name, `projects/${project}`);
      for (const each of packed) complete(each, labels);
      return writer.finish();
    },
    encodeLabels(labels) {
      writer.clear();
      for (const [label, value] of Object.entries(labels)) {
        if ('stringValue' in value) entry(label, value.stringValue.value);
        else if ('intValue' in value) entry(label, Number(value.intValue));
        else entry(label, value.boolValue);
      }
      writer.integer(ATTRIBUTES.droppedAttributesCount, 0);
      return writer.finish();
    },
  };
}
